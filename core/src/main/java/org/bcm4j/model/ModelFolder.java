package org.bcm4j.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
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
 * A model on disk: {@code config.json}, {@code model.safetensors}, {@code README.md} (the model card) and
 * {@code walks.json}. The folder can hold other files, such as a training log.
 */
public final class ModelFolder {
    private static final Format FORMAT = Format.of(ModelConfig.FORMAT);
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CARD = "README.md";
    private static final String WALKS = "walks.json";
    private static final Set<String> OWN = Set.of(CONFIG, WEIGHTS, CARD, WALKS);

    private final Path folder;

    /** @throws UserException if the folder holds no model */
    public ModelFolder(Path folder) {
        AtomicDirectory.recover(folder);
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            throw new UserException(folder + ": is not a model folder (" + CONFIG
                    + " is missing); train one with `bcm train`, or use" + " models/fashion-mnist");
        }
        this.folder = folder;
    }

    /** @throws UserException if its version is too new or too old, or it is malformed; the message names the line */
    public ModelConfig config() {
        FORMAT.requireVersionOf(folder.resolve(CONFIG));
        return ConfigFile.read(folder.resolve(CONFIG), ModelConfig.class);
    }

    /** The walks stored with the model, or default ones for its kind if there are none. */
    public RecommendedWalks walks() {
        Path file = folder.resolve(WALKS);
        RecommendedWalks stored =
                Files.exists(file) ? ConfigFile.read(file, RecommendedWalks.class) : RecommendedWalks.UNTUNED;
        return stored.orUntunedOf(config().kind());
    }

    /** Stores walks with the model, replacing the earlier ones. */
    public void store(RecommendedWalks walks) {
        ConfigFile.write(folder.resolve(WALKS), walks);
    }

    /**
     * @throws UserException if the file is damaged, its version is too new or too old, or it holds the weights of
     *     another network
     */
    public Weights weights(WeightLayout layout, Device device) {
        Path file = folder.resolve(WEIGHTS);
        // Only another version of our own format is rejected. Files saved by other software name no such format.
        SafetensorsHeader header = Safetensors.header(file);
        FORMAT.requireVersion(header.metadata().getOrDefault("format", ""), file, "create it again");
        requireShapes(layout, header, file);
        try (Scope scope = Scope.open()) {
            return Weights.loaded(layout, Safetensors.read(file).tensors(), file.toString(), device);
        }
    }

    /** Checks before any memory is allocated: a configuration that was edited by hand can describe any network. */
    private static void requireShapes(WeightLayout layout, SafetensorsHeader header, Path file) {
        layout.slots().forEach((name, slot) -> {
            SafetensorsHeader.Entry entry = header.tensors().get(name);
            if (entry != null && !Arrays.equals(entry.dimensions(), slot.dimensions())) {
                throw new UserException(file + ": parameter " + name + " has shape "
                        + Arrays.toString(entry.dimensions()) + ", the network needs "
                        + Arrays.toString(slot.dimensions()) + "; is this the configuration of other weights?");
            }
        });
    }

    /** SHA-256 of the weights file, in hexadecimal. It identifies the model wherever the folder is. */
    public String sha256() {
        return Checksum.sha256(folder.resolve(WEIGHTS));
    }

    /** Writes a whole model folder at once, replacing any existing model. Other files in the folder stay. */
    public static void write(Path folder, ModelConfig config, Weights weights, RecommendedWalks walks, String card) {
        AtomicDirectory.write(folder, directory -> {
            keepOthers(folder, directory);
            ConfigFile.write(directory.resolve(CONFIG), config);
            ConfigFile.write(directory.resolve(WALKS), walks);
            Safetensors.write(directory.resolve(WEIGHTS), weights.views(), Map.of("format", ModelConfig.FORMAT));
            Files.writeString(directory.resolve(CARD), card);
        });
    }

    /** Gives a new folder the files of the old one that are not of the model. */
    private static void keepOthers(Path old, Path replacement) throws IOException {
        if (Files.isDirectory(old)) {
            Files.walkFileTree(old, new FolderCopy(old, replacement, OWN));
        }
    }
}
