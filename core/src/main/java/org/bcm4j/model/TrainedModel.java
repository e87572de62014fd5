package org.bcm4j.model;

import static org.bcm4j.tensor.Ops.stack;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bcm4j.network.Network;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.PackedConvolutions;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.ProcessSettings;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained model, ready for evaluation: a network with its weights, on a device, in a precision. Its {@link ModelKind}
 * decides whether it follows trajectories ({@link #traverse}) or estimates the image behind the noise
 * ({@link #denoise}).
 *
 * <p>Immutable and thread-safe. {@link #close} waits for the evaluations in progress.
 */
public final class TrainedModel implements AutoCloseable {
    private final ModelConfig config;
    private final ConsistencyFunction function;
    private final Weights weights;
    private final Device device;
    private final Precision precision;
    private final Engine engine;

    /** For evaluations without gradients; of the two, what their {@link Engine} needs. */
    private final Optional<CompiledFunction> compiled;

    private final Optional<PackedConvolutions> convolutions;

    /** Evaluations hold the read lock, {@link #close} the write lock, so weights are not freed during an evaluation. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    /** A model with the given weights, which {@link #close} frees. */
    public TrainedModel(ModelConfig config, Weights weights, Device device, Precision precision) {
        this(config, config.network().build(), weights, device, precision);
    }

    private TrainedModel(ModelConfig config, Network network, Weights weights, Device device, Precision precision) {
        this.config = config;
        this.function = new ConsistencyFunction(network, config.kind());
        this.weights = weights;
        this.device = device;
        this.precision = precision.requireOn(device);
        engine = Engine.of(network, device, precision);
        compiled = engine == Engine.COMPILED ? Optional.of(new CompiledFunction(config, weights)) : Optional.empty();
        convolutions = engine == Engine.PACKED ? Optional.of(new PackedConvolutions(weights)) : Optional.empty();
    }

    /**
     * Opens a model folder on the best device, in the precision that is fastest for it there.
     *
     * @throws UserException if the folder holds no valid model
     */
    public static TrainedModel open(Path folder) {
        ProcessSettings.apply(); // before the first tensor
        return open(folder, Device.best());
    }

    /**
     * Opens a model folder on a given device, in the precision that is fastest for it there.
     *
     * @throws UserException if the folder holds no valid model, or the device cannot be used
     */
    public static TrainedModel open(Path folder, Device device) {
        return open(folder, device, network -> Engine.fastestPrecision(network, device));
    }

    /**
     * Opens a model folder on a given device in a given precision.
     *
     * @throws UserException if the folder holds no valid model, or the device cannot be used
     */
    public static TrainedModel open(Path folder, Device device, Precision precision) {
        return open(folder, device, network -> precision);
    }

    private static TrainedModel open(Path folder, Device device, Function<Network, Precision> precisionOf) {
        ProcessSettings.apply(); // before the first tensor
        ModelFolder files = new ModelFolder(folder);
        ModelConfig config = files.config();
        Network network = config.network().build();
        Precision precision = precisionOf.apply(network).requireOn(device.require()); // if refused, no weights are held
        Weights weights = files.weights(network.layout(), device);
        return new TrainedModel(config, network, weights, device, precision);
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

    /** What computes this model's evaluations without gradients. */
    public Engine engine() {
        return engine;
    }

    /** The cost of one evaluation of one image. */
    public Cost cost() {
        return function.network().cost();
    }

    /**
     * Evaluates f(x, from, to, y): 1 NFE, without gradients. The result belongs to the caller's scope.
     *
     * @param x points at noise scale {@code from}, float32 [B,C,H,W]
     * @param from noise scale in [σ_min, T]
     * @param to noise scale in [σ_min, T]; σ_min for a plain consistency model, which goes nowhere else
     * @param labels int64 [B]; absent means the null class, or no classes
     * @return points at noise scale {@code to}, not clipped
     * @throws IllegalArgumentException if the points or labels do not fit the model, or the model cannot go to
     *     {@code to}
     * @throws IllegalStateException if the model is closed
     */
    public Tensor traverse(Tensor x, double from, double to, Optional<Tensor> labels) {
        return withoutGradients(() -> traverse(this::constant, x, from, to, labels));
    }

    /**
     * As {@link #traverse}, but differentiable with respect to {@code x}; the weights are constants. The caller's scope
     * must stay open until the gradient has been computed.
     */
    public Tensor traverseWithGradient(Tensor x, double from, double to, Optional<Tensor> labels) {
        return traverse(
                (points, t, u, classes) -> function.apply(Pass.evaluating(weights), points, t, u, classes),
                x,
                from,
                to,
                labels);
    }

    /** f, by whatever computes it. */
    @FunctionalInterface
    private interface Evaluation {
        Tensor apply(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels);
    }

    private Tensor traverse(Evaluation f, Tensor x, double from, double to, Optional<Tensor> labels) {
        requireTraversal(from, to);
        return evaluate(x, labels, () -> {
            long count = x.size(0);
            return f.apply(x, device.full(from, count), device.full(to, count), known(labels, count));
        });
    }

    /**
     * As {@link #traverse(Tensor, double, double, Optional)}, with separate noise scales for each image. One batch can
     * hold images at different positions of different walks.
     *
     * @param from noise scale of each point, float32 [B] in [σ_min, T]
     * @param to noise scale to take each point to, float32 [B] in [σ_min, T]
     */
    public Tensor traverse(Tensor x, Tensor from, Tensor to, Optional<Tensor> labels) {
        return withoutGradients(() -> evaluate(x, labels, () -> {
            ModelInputs.requireTimes(this, from, x);
            ModelInputs.requireTimes(this, to, x);
            // One tensor: each read waits for a GPU.
            double[] ends = HostTensors.doubles(stack(0, from.min(), to.min(), from.max(), to.max()));
            requireTraversal(ends[0], ends[1]);
            requireTraversal(ends[2], ends[3]);
            return constant(x, from, to, known(labels, x.size(0)));
        }));
    }

    /**
     * Evaluates D(x; σ, y), the expected image behind the noise (docs/method.md §4): 1 NFE, without gradients. The
     * result belongs to the caller's scope.
     *
     * @param x images with noise, float32 [B,C,H,W]
     * @param sigma the standard deviation of each image's noise, float32 [B], positive
     * @param labels int64 [B]; absent means the null class, or no classes
     * @return float32 [B,C,H,W], in [-1,1] except for the denoiser's own errors
     * @throws IllegalArgumentException if this is not a denoiser, or the images, σ or labels do not fit it
     * @throws IllegalStateException if the model is closed
     */
    public Tensor denoise(Tensor x, Tensor sigma, Optional<Tensor> labels) {
        if (config.kind() != ModelKind.DENOISER) {
            throw new IllegalArgumentException("a " + config.kind().title() + " is not a denoiser");
        }
        return withoutGradients(() -> evaluate(x, labels, () -> {
            ModelInputs.requireTimes(this, sigma, x);
            ModelInputs.requirePositive(sigma);
            Tensor timeZero = device.full(NoiseScales.SIGMA_MIN, x.size(0));
            return constant(x, sigma, timeZero, known(labels, x.size(0)));
        }));
    }

    /** Evaluates the network once in this model's precision, while holding the read lock. */
    private Tensor evaluate(Tensor x, Optional<Tensor> labels, Supplier<Tensor> evaluation) {
        Lock evaluating = use.readLock();
        evaluating.lock();
        try (Precision.Guard guard = precision.on(device)) {
            requireInputs(x, labels);
            return evaluation.get();
        } finally {
            evaluating.unlock();
        }
    }

    /** f without gradients, by this model's {@link Engine}. */
    private Tensor constant(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        if (compiled.isPresent()) {
            return compiled.get().apply(x, t, u, labels);
        }
        Pass plain = Pass.evaluating(weights);
        return function.apply(convolutions.map(plain::convolvedBy).orElse(plain), x, t, u, labels);
    }

    private static Tensor withoutGradients(Supplier<Tensor> evaluation) {
        return Scope.returning(() -> {
            try (NoGradients noGrad = new NoGradients()) {
                return evaluation.get();
            }
        });
    }

    private Optional<Tensor> known(Optional<Tensor> labels, long count) {
        return labels.or(() -> unlabelled(count));
    }

    private void requireTraversal(double from, double to) {
        for (double time : new double[] {from, to}) {
            if (!(time >= NoiseScales.SIGMA_MIN && time <= NoiseScales.SIGMA_MAX)) {
                throw new IllegalArgumentException("noise scales are from " + NoiseScales.SIGMA_MIN + " to "
                        + NoiseScales.SIGMA_MAX + ", not " + time);
            }
        }
        ModelKind kind = config.kind();
        if (!kind.walks()) {
            throw new IllegalArgumentException("a denoiser cannot follow a trajectory; evaluate it with denoise");
        }
        if (!kind.isBidirectional() && (float) to != (float) NoiseScales.SIGMA_MIN) {
            throw new IllegalArgumentException(
                    "a plain consistency model leads to time 0 (" + NoiseScales.SIGMA_MIN + ") only, not to " + to);
        }
    }

    /** The shape [count,C,H,W] of the images that this model takes. */
    public long[] shape(long count) {
        NetworkConfig network = config.network();
        return new long[] {count, network.imageChannels(), network.imageSize(), network.imageSize()};
    }

    /**
     * The "no label" label for each of {@code count} images, int64 [count]; absent if the model has no classes.
     *
     * @param count at least 1
     * @throws UserException if the model was trained with labels only
     */
    public Optional<Tensor> unlabelled(long count) {
        ModelInputs.requireCount(count);
        NetworkConfig network = config.network();
        if (network.classes() == 0) {
            return Optional.empty();
        }
        if (!network.nullClass()) {
            throw new UserException("this model was trained with labels only; set the class of every image");
        }
        long[] labels = new long[Math.toIntExact(count)];
        Arrays.fill(labels, network.classes());
        return Optional.of(device.integers(labels));
    }

    /**
     * The classes in turn, for the images from number {@code first}: image i has class i mod classes, so all classes
     * have equal shares. int64 [count]; absent if the model has no classes.
     */
    public Optional<Tensor> cyclicLabels(long first, long count) {
        ModelInputs.requireCount(count);
        return cyclicLabels(LongStream.range(first, first + count).toArray());
    }

    /** The classes in turn, for images with the given numbers: int64 [N], absent if the model has no classes. */
    public Optional<Tensor> cyclicLabels(long[] numbers) {
        int classes = config.network().classes();
        return classes == 0
                ? Optional.empty()
                : Optional.of(device.integers(Arrays.stream(numbers)
                        .map(number -> Math.floorMod(number, (long) classes))
                        .toArray()));
    }

    /**
     * Checks that the model can follow walks.
     *
     * @throws UserException if this is a denoiser
     */
    public void requireWalks() {
        if (!config.kind().walks()) {
            throw new UserException("this model is a denoiser, which cannot follow walks; use a consistency model");
        }
    }

    /**
     * Checks points and labels before they reach libtorch.
     *
     * @param points images or noises, float32 [B,C,H,W] of this model's {@link #shape}, B at least 1, on its device
     * @param labels as for {@link #requireLabels}, of B images
     * @throws IllegalArgumentException if they do not fit; the message says what was expected and what was given
     * @throws IllegalStateException if this model is closed
     */
    public void requireInputs(Tensor points, Optional<Tensor> labels) {
        ModelInputs.requireOpen(this);
        ModelInputs.requirePoints(this, points);
        ModelInputs.requireLabels(this, labels, points.size(0));
    }

    /**
     * Checks where tensors are that belong to the inputs, such as what is known of the results of an edit.
     *
     * @param what the tensor is, in the plural, for the error message
     * @return the tensor
     * @throws IllegalArgumentException if it is not on this model's device
     */
    public Tensor requireDevice(String what, Tensor tensor) {
        ModelInputs.requireDevice(this, what, tensor);
        return tensor;
    }

    /**
     * Checks labels.
     *
     * @param labels int64 [count] on the model's device: classes from 0, or the number after the last class for "no
     *     label" if the model has one; absent means no label, or no classes
     * @throws IllegalArgumentException if they do not fit; the message says what was expected and what was given
     * @throws IllegalStateException if this model is closed
     */
    public void requireLabels(Optional<Tensor> labels, long count) {
        ModelInputs.requireOpen(this);
        ModelInputs.requireLabels(this, labels, count);
    }

    /**
     * Frees the weights after the evaluations in progress have ended. Later evaluations throw an
     * {@link IllegalStateException}.
     */
    @Override
    public void close() {
        use.writeLock().lock();
        try {
            compiled.ifPresent(CompiledFunction::close);
            convolutions.ifPresent(PackedConvolutions::close);
            weights.close();
        } finally {
            use.writeLock().unlock();
        }
    }
}
