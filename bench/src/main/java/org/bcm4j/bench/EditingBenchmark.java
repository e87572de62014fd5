package org.bcm4j.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bcm4j.TensorModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.editing.Edit;
import org.bcm4j.editing.RefinedInversion;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Every edit of a batch beside plain sampling, in evaluations of the network for one image per second: what an edit does between its
 * evaluations shows as the ratio to {@link #sample}, or {@link #sampleColour} for the one that needs coloured images. The networks have
 * random weights. Run it from the project's root, where it finds {@value #GREY} and {@value #COLOUR}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Dorg.bytedeco.javacpp.nopointergc=true")
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class EditingBenchmark {
    static final int BATCH = 64;

    private static final String GREY = "configs/fashion-mnist.yaml";
    private static final String COLOUR = "configs/avataaars.yaml";

    private static final Walk ONE_STEP = Walk.parse("80 > 0");
    private static final Walk INVERSION = Walk.parse("0 +0.07 > 6 > 80");
    private static final Walk INPAINTING = Walk.parse("0 +0.07 > 0.4 > 1 > 2 > 0");
    private static final Walk RESTORATION = Walk.parse("0 +0.07 > 2 > 0");
    private static final Walk DENOISING = Walk.parse("0.5 > 0");
    private static final Walk MULTISTEP = Walk.multistep(4);
    private static final int ENDS = 2;

    private TensorModel grey;
    private TensorModel colour;
    private Tensor greyImages;
    private Tensor colourImages;
    private Tensor missing;
    private Tensor means;

    @Setup
    public void prepare() {
        grey = untrained(GREY);
        colour = untrained(COLOUR);
        try (org.bcm4j.tensor.Scope memory = org.bcm4j.tensor.Scope.open()) {
            greyImages = org.bcm4j.tensor.Scope.own(images(grey));
            colourImages = org.bcm4j.tensor.Scope.own(images(colour));
            missing = org.bcm4j.tensor.Scope.own(
                    greyImages.lt(torch.zeros_like(greyImages)).narrow(1, 0, 1));
            means = org.bcm4j.tensor.Scope.own(torch.avg_pool2d(greyImages, 2, 2));
        }
    }

    private static TensorModel untrained(String file) {
        TrainingConfig trained = ConfigFile.read(Path.of(file), TrainingConfig.class);
        Device device = Device.best();
        try (SeededGenerator generator = new SeededGenerator(0, device)) {
            Weights weights = Weights.initialized(trained.network().build().layout(), generator, device);
            ModelConfig config =
                    new ModelConfig(ModelConfig.FORMAT, trained.model(), trained.network(), "none", List.of());
            return new TensorModel(new TrainedModel(config, weights, device, Precision.FP32));
        }
    }

    private static Tensor images(TensorModel bcm) {
        return bcm.generate(ONE_STEP, BATCH, 0, Optional.empty()).tanh();
    }

    /** What all others are held against. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public double sample() {
        return run(() -> grey.generate(ONE_STEP, BATCH, 0, Optional.empty()));
    }

    @Benchmark
    @OperationsPerInvocation(4 * BATCH)
    public double inpaint() {
        return run(() -> edit(INPAINTING, Edit.inpainting(greyImages, missing)));
    }

    /** As consistency models do. */
    @Benchmark
    @OperationsPerInvocation(4 * BATCH)
    public double inpaintFromNoise() {
        return run(() -> edit(MULTISTEP, Edit.inpainting(greyImages, missing)));
    }

    @Benchmark
    @OperationsPerInvocation(2 * BATCH)
    public double restore() {
        return run(() -> edit(RESTORATION, Edit.free(greyImages)));
    }

    @Benchmark
    @OperationsPerInvocation(4 * BATCH)
    public double superres() {
        return run(() -> edit(MULTISTEP, Edit.superResolution(means, 2)));
    }

    @Benchmark
    @OperationsPerInvocation(2 * BATCH)
    public double stroke() {
        return run(() -> edit(Edit.DRAWING_WALK, Edit.free(greyImages)));
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public double denoise() {
        return run(() -> edit(DENOISING, Edit.denoising(greyImages, DENOISING.start())));
    }

    @Benchmark
    @OperationsPerInvocation(2 * BATCH)
    public double invert() {
        return run(() -> grey.invert(INVERSION, greyImages, 0, Optional.empty()));
    }

    /** There under one class, back under another. */
    @Benchmark
    @OperationsPerInvocation(3 * BATCH)
    public double swap() {
        return run(() -> {
            Optional<Tensor> from = Optional.of(grey.model().device().integers(new long[BATCH]));
            return grey.swap(new ThereAndBack(INVERSION, ONE_STEP), greyImages, 0, from, Optional.empty());
        });
    }

    /** Both ends inverted, then as many frames as a batch has images. */
    @Benchmark
    @OperationsPerInvocation(2 * ENDS + BATCH)
    public double interpolate() {
        return run(
                () -> grey.interpolate(INVERSION, ONE_STEP, greyImages.narrow(0, 0, ENDS), BATCH, 0, Optional.empty()));
    }

    /** Six steps of three evaluations, an evaluation, and one with its backward pass, which counts as three. */
    @Benchmark
    @OperationsPerInvocation((6 * 3 + 1 + 3) * BATCH)
    public double refine() {
        return run(() -> grey.refine(new RefinedInversion(6), greyImages, greyImages, 0, Optional.empty()));
    }

    /** What {@link #colorize} is held against. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public double sampleColour() {
        return run(() -> colour.generate(ONE_STEP, BATCH, 0, Optional.empty()));
    }

    @Benchmark
    @OperationsPerInvocation(4 * BATCH)
    public double colorize() {
        return run(() -> colour.edit(MULTISTEP, Edit.colorization(colourImages), 0, Optional.empty()));
    }

    private Tensor edit(Walk walk, Edit edit) {
        return grey.edit(walk, edit, 0, Optional.empty());
    }

    private static double run(Supplier<Tensor> operation) {
        try (org.bcm4j.tensor.Scope memory = org.bcm4j.tensor.Scope.open()) {
            return operation.get().sum().item_double(); // on a GPU, waits for the images
        }
    }

    @TearDown
    public void close() {
        List.of(greyImages, colourImages, missing, means).forEach(Tensor::releaseReference);
        grey.close();
        colour.close();
    }
}
