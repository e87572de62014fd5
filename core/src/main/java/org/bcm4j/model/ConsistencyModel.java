package org.bcm4j.model;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.Network;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A trained model that leads along trajectories: f(x, t, u, y) with its weights. For one thread at a time. */
public final class ConsistencyModel implements TrainedModel {
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
        requireNoDenoiser(config);
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
        requireNoDenoiser(config);
        Network network = config.network().build();
        Weights weights = files.weights(network.layout(), device.require());
        return new ConsistencyModel(config, network, weights, device, precision);
    }

    /**
     * The model as a consistency model, for what only such a one can do.
     *
     * @throws UserException if it is of another kind
     */
    public static ConsistencyModel of(TrainedModel model) {
        requireNoDenoiser(model.config());
        if (model instanceof ConsistencyModel consistent) {
            return consistent;
        }
        throw new IllegalArgumentException(model.getClass() + " is no consistency model, though its configuration is");
    }

    private static void requireNoDenoiser(ModelConfig config) {
        if (config.isDenoiser()) {
            throw new UserException(
                    "this model is a denoiser, which walks no trajectory by itself; name a consistency model");
        }
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

    /**
     * f(x, from, to, y): 1 NFE, without gradients. The result belongs to the caller's scope.
     *
     * @param x points at noise scale {@code from}, float32 [B,C,H,W]
     * @param from noise scale in [σ_min, T]
     * @param to noise scale in [σ_min, T]; σ_min for a plain consistency model, which leads nowhere else
     * @param labels int64 [B]; absent means the null class, or no classes
     * @return points at noise scale {@code to}, not clipped
     * @throws IllegalArgumentException if the model takes no such points or labels, or leads no points there
     * @throws IllegalStateException if the model is closed
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
        requireInputs(x, labels);
        requireTime(from);
        requireTime(to);
        if (config.isPlain() && to != NoiseScales.SIGMA_MIN) {
            throw new IllegalArgumentException(
                    "a plain consistency model leads to time 0 (" + NoiseScales.SIGMA_MIN + ") only, not to " + to);
        }
        try (Precision.Guard guard = precision.on(device)) {
            long count = x.size(0);
            Tensor t = device.full(from, count);
            Tensor u = device.full(to, count);
            return function.apply(Pass.evaluating(weights), x, t, u, labels.or(() -> unlabelled(count)));
        }
    }

    private static void requireTime(double time) {
        if (!(time >= NoiseScales.SIGMA_MIN && time <= NoiseScales.SIGMA_MAX)) {
            throw new IllegalArgumentException("noise scales are from " + NoiseScales.SIGMA_MIN + " to "
                    + NoiseScales.SIGMA_MAX + ", not " + time);
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
