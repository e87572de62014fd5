package org.bcm4j.app.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bcm4j.TensorModel;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The options for the model, its device and its precision. */
public final class ModelOptions {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder, such as models/fashion-mnist.")
    private Path path = Path.of("");

    @Mixin
    private final ComputingOptions computing = new ComputingOptions();

    /** @throws org.bcm4j.storage.UserException if there is no model */
    public ModelFolder folder() {
        return new ModelFolder(path);
    }

    /** The given path. */
    public Path path() {
        return path;
    }

    /**
     * Whether the path is a file or folder of images instead of a model. A run's directory does not count, although it
     * contains pictures.
     */
    public boolean holdsImages() {
        boolean array = path.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
        boolean folder = Files.isDirectory(path)
                && !Files.exists(path.resolve("config.json"))
                && !Files.exists(path.resolve("config.yaml"));
        return array || folder;
    }

    /**
     * Opens a model of any kind, which loads libtorch. The caller closes it.
     *
     * @throws org.bcm4j.storage.UserException if there is no valid model
     */
    public TensorModel openAny() {
        Device device = computing.device();
        return computing
                .precision()
                .map(precision -> TensorModel.open(path, device, precision))
                .orElseGet(() -> TensorModel.open(path, device));
    }

    /**
     * As {@link #openAny}, for tasks that need a consistency model.
     *
     * @throws org.bcm4j.storage.UserException if the model is a denoiser
     */
    public TensorModel open() {
        requireNoDenoiser();
        return openAny();
    }

    /** @throws org.bcm4j.storage.UserException if there is no model, or it is a denoiser */
    public void requireNoDenoiser() {
        if (folder().config().kind() == ModelKind.DENOISER) {
            throw new UserException(
                    path + ": is a denoiser, which this command cannot use; use a consistency model, or one of the"
                            + " commands sample, invert, reconstruct and eval");
        }
    }

    /** @throws org.bcm4j.storage.UserException if there is no model, or it cannot invert images */
    public void requireBothDirections() {
        ModelKind kind = folder().config().kind();
        if (kind == ModelKind.DENOISER) {
            throw new UserException(
                    path + ": is a denoiser, which this command cannot use; use a bidirectional model, or one of"
                            + " the commands sample, invert, reconstruct and eval");
        }
        if (kind == ModelKind.CONSISTENCY) {
            throw new UserException(path + ": is a plain consistency model, which cannot invert images; use a"
                    + " bidirectional model for this command");
        }
    }
}
