package org.bcm4j.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.config.Format;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsHeader;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;

/**
 * A model on disk: {@code config.json}, {@code model.safetensors}, {@code README.md} (the model card) and {@code walks.json}; other files,
 * such as a training log, may lie beside them.
 */
public final class ModelFolder {
    private static final Format FORMAT = Format.of(ModelConfig.FORMAT);
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CARD = "README.md";
    private static final String WALKS = "walks.json";

    private final Path folder;

    /** @throws UserException if there is no model in the folder */
    public ModelFolder(Path folder) {
        AtomicDirectory.recover(folder);
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            throw new UserException(folder + ": is no model folder (" + CONFIG
                    + " is missing); train one with `bcm train`, or use" + " models/fashion-mnist");
        }
        this.folder = folder;
    }

    /** @throws UserException if it is of another version, too new or too old, or ill-formed, telling the line */
    public ModelConfig config() {
        FORMAT.requireVersionOf(folder.resolve(CONFIG));
        return ConfigFile.read(folder.resolve(CONFIG), ModelConfig.class);
    }

    /** The walks stored with the model, or sensible ones for its kind if there are none. */
    public RecommendedWalks walks() {
        Path file = folder.resolve(WALKS);
        RecommendedWalks stored =
                Files.exists(file) ? ConfigFile.read(file, RecommendedWalks.class) : RecommendedWalks.UNTUNED;
        return stored.orUntunedOf(config().kind());
    }

    /** Stores walks with the model, in the place of those that were. */
    public void store(RecommendedWalks walks) {
        ConfigFile.write(folder.resolve(WALKS), walks);
    }

    /** @throws UserException if the file is damaged, of another version, too new or too old, or holds another network's weights */
    public Weights weights(WeightLayout layout, Device device) {
        Path file = folder.resolve(WEIGHTS);
        // Weights that somebody else saved may lie there; what they say they are is their own affair.
        SafetensorsHeader header = Safetensors.header(file);
        FORMAT.requireVersion(header.metadata().getOrDefault("format", ""), file, "make it anew");
        requireShapes(layout, header, file);
        Weights weights = Weights.zeros(layout, device);
        try (Scope scope = Scope.open()) {
            weights.load(Safetensors.read(file).tensors(), file.toString());
        }
        return weights;
    }

    /** Before there is memory for them: a configuration that was edited by hand may describe any network. */
    private static void requireShapes(WeightLayout layout, SafetensorsHeader header, Path file) {
        layout.slots().forEach((name, slot) -> {
            SafetensorsHeader.Entry entry = header.tensors().get(name);
            if (entry != null && !Arrays.equals(entry.dimensions(), slot.dimensions())) {
                throw new UserException(file + ": parameter " + name + " has shape "
                        + Arrays.toString(entry.dimensions()) + ", the network wants "
                        + Arrays.toString(slot.dimensions()) + "; is this the configuration of other weights?");
            }
        });
    }

    /** SHA-256 of the file of weights, in hexadecimal: which model this is, wherever it lies. */
    public String sha256() {
        return Checksum.sha256(folder.resolve(WEIGHTS));
    }

    /** Writes a whole model folder at once, replacing what is there. */
    public static void write(Path folder, ModelConfig config, Weights weights, RecommendedWalks walks, String card) {
        AtomicDirectory.write(folder, directory -> {
            ConfigFile.write(directory.resolve(CONFIG), config);
            ConfigFile.write(directory.resolve(WALKS), walks);
            Safetensors.write(directory.resolve(WEIGHTS), weights.views(), Map.of("format", ModelConfig.FORMAT));
            Files.writeString(directory.resolve(CARD), card);
        });
    }
}
