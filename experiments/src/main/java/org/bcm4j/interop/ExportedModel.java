package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.config.Format;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;

/**
 * A model that {@code bcm export} wrote as safetensors. The file contains the model's configuration.
 *
 * @param weights by this library's names
 */
public record ExportedModel(ModelConfig config, Checkpoint weights) {
    private static final Format FORMAT = Format.of(ModelConfig.FORMAT);

    /**
     * The model in a checkpoint, if this library wrote it.
     *
     * @throws UserException if this library wrote the checkpoint, but it holds no complete model, or is too new or too
     *     old
     */
    public static Optional<ExportedModel> in(Checkpoint checkpoint) {
        String format = text(checkpoint, "format");
        if (!format.startsWith("bcm4j ")) {
            return Optional.empty();
        }
        FORMAT.requireVersion(format, Path.of(checkpoint.source()), "export the model again");
        if (!format.equals(ModelConfig.FORMAT)) {
            throw new UserException(checkpoint.source() + ": is a \"" + format
                    + "\", not a model; the model of a run is in its folder model/");
        }
        String config = text(checkpoint, "config");
        if (config.isEmpty()) {
            throw new UserException(checkpoint.source() + ": has the weights of a model folder without their"
                    + " config.json; copy the folder as it is, or write one file of it with `bcm export`");
        }
        String source = checkpoint.source() + ", config";
        return Optional.of(new ExportedModel(ConfigFile.parse(config, source, ModelConfig.class), checkpoint));
    }

    /**
     * The weights. The caller closes them.
     *
     * @throws UserException naming every tensor that is missing, superfluous or of another shape
     */
    public Weights load(Device device) {
        WeightLayout layout = config.network().build().layout();
        Misfits.refuse(layout, weights.tensors(), weights.source());
        return Weights.loaded(layout, weights.tensors(), weights.source(), device);
    }

    private static String text(Checkpoint checkpoint, String key) {
        return checkpoint.scalars().get(key) instanceof String value ? value : "";
    }
}
