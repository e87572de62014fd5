package org.bcm4j.denoiser;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.Network;
import org.bytedeco.pytorch.Tensor;

/** A trained denoiser: D(x; σ, y) with its weights. For one thread at a time. */
public final class DenoisingModel implements TrainedModel {
    private final ModelConfig config;
    private final Network network;
    private final Weights weights;
    private final Device device;
    private final Precision precision;

    /**
     * A model of the given weights, which it closes when it is closed.
     *
     * @throws UserException if the model is no denoiser
     */
    public DenoisingModel(ModelConfig config, Weights weights, Device device, Precision precision) {
        this(config, config.network().build(), weights, device, precision);
    }

    private DenoisingModel(ModelConfig config, Network network, Weights weights, Device device, Precision precision) {
        requireDenoiser(config);
        this.config = config;
        this.network = network;
        this.weights = weights;
        this.device = device;
        this.precision = precision;
    }

    /**
     * Opens a model folder.
     *
     * @throws UserException if the folder holds no sound denoiser
     */
    public static DenoisingModel open(Path folder, Device device, Precision precision) {
        ModelFolder files = new ModelFolder(folder);
        ModelConfig config = files.config();
        requireDenoiser(config);
        Network network = config.network().build();
        Weights weights = files.weights(network.layout(), device.require());
        return new DenoisingModel(config, network, weights, device, precision);
    }

    private static void requireDenoiser(ModelConfig config) {
        if (!config.isDenoiser()) {
            throw new UserException("this model is no denoiser, so there is no ODE to solve with it; walk with it,"
                    + " or name a model trained with the term edm-denoising");
        }
    }

    /**
     * The denoiser for images of given classes. What it returns belongs to the scope that is open then. It throws as {@link #requireInputs}
     * does.
     *
     * @param labels the class of each image, int64 [B]; absent means the null class, or no classes
     */
    public Denoiser denoiser(Optional<Tensor> labels) {
        return (x, sigma) -> {
            requireInputs(x, labels);
            try (Precision.Guard guard = precision.on(device)) {
                return new EdmDenoiser(network, Pass.evaluating(weights), labels.or(() -> unlabelled(x.size(0))))
                        .denoise(x, sigma);
            }
        };
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Weights weights() {
        return weights;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public void close() {
        weights.close();
    }
}
