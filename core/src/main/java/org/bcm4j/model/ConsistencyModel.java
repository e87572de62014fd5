package org.bcm4j.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.Network;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A trained model, ready to be evaluated: f(x, t, u, y) with its weights, on a device, in a precision. For one thread at a time. */
public final class ConsistencyModel implements AutoCloseable {
    private final ModelConfig config;
    private final ConsistencyFunction function;
    private final Weights weights;
    private final Device device;
    private final Precision precision;

    /** A model of the given weights, which it closes when it is closed. */
    public ConsistencyModel(ModelConfig config, Weights weights, Device device, Precision precision) {
        this(config, config.network().build(), weights, device, precision);
    }

    private ConsistencyModel(ModelConfig config, Network network, Weights weights, Device device, Precision precision) {
        if (config.preconditioning() == Preconditioning.DENOISER) {
            throw new UserException(
                    "this model is a denoiser, which walks no trajectory by itself; name a consistency model");
        }
        this.config = config;
        this.function = new ConsistencyFunction(network, config.preconditioning());
        this.weights = weights;
        this.device = device;
        this.precision = precision;
    }

    /**
     * Opens a model folder on the best device, in its fastest precision.
     *
     * @throws UserException if the folder holds no sound model
     */
    public static ConsistencyModel open(Path folder) {
        Device device = Device.best();
        return open(folder, device, Precision.fastestOn(device));
    }

    /** As {@link #open(Path)}, on a given device in a given precision. */
    public static ConsistencyModel open(Path folder, Device device, Precision precision) {
        ModelFolder files = new ModelFolder(folder);
        ModelConfig config = files.config();
        Network network = config.network().build();
        Weights weights = files.weights(network.layout(), device.require());
        return new ConsistencyModel(config, network, weights, device, precision);
    }

    public ModelConfig config() {
        return config;
    }

    public Weights weights() {
        return weights;
    }

    public Device device() {
        return device;
    }

    public Precision precision() {
        return precision;
    }

    /** Shape [count,C,H,W] of the images that this model takes. */
    public long[] shape(long count) {
        NetworkConfig network = config.network();
        return new long[] {count, network.imageChannels(), network.imageSize(), network.imageSize()};
    }

    /** The label that says "no label", for every one of {@code count} images: absent if the model has no classes. */
    public Optional<Tensor> unlabelled(long count) {
        NetworkConfig network = config.network();
        if (network.classes() == 0) {
            return Optional.empty();
        }
        if (!network.nullClass()) {
            throw new UserException("this model was trained with labels only; name the class of every image");
        }
        long[] labels = new long[Math.toIntExact(count)];
        Arrays.fill(labels, network.classes());
        return Optional.of(device.integers(labels));
    }

    /**
     * f(x, from, to, y): 1 NFE, without gradients. The result belongs to the caller's scope.
     *
     * @param x points at noise scale {@code from}, float32 [B,C,H,W]
     * @param from noise scale in [σ_min, T]
     * @param to noise scale in [σ_min, T]
     * @param labels int64 [B]; absent means the null class, or no classes
     * @return points at noise scale {@code to}, not clipped
     */
    public Tensor traverse(Tensor x, double from, double to, Optional<Tensor> labels) {
        return Scope.returning(() -> {
            try (NoGradGuard noGrad = new NoGradGuard()) {
                return traverseWithGradient(x, from, to, labels);
            }
        });
    }

    /**
     * As {@link #traverse}, differentiable with respect to {@code x}; the weights are constants. The caller's scope has to stay open until
     * the gradient has been taken.
     */
    public Tensor traverseWithGradient(Tensor x, double from, double to, Optional<Tensor> labels) {
        try (Precision.Guard guard = precision.on(device)) {
            long count = x.size(0);
            Tensor t = device.full(from, count);
            Tensor u = device.full(to, count);
            return function.apply(Pass.evaluating(weights), x, t, u, labels.or(() -> unlabelled(count)));
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
