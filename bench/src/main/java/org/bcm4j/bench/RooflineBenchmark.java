package org.bcm4j.bench;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.nn.ConvolutionKernel;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.nn.PackedConvolutions;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.PackedConvolution;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one evaluation of the shipped model could take at best: its convolutions alone, the machine's largest
 * convolution rate, and its memory bandwidth, next to the evaluation itself. Float32, on the CPU. Run it from the
 * project's root. docs/performance.md says how the rates follow from the times.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dorg.bytedeco.javacpp.nopointergc=true")
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class RooflineBenchmark {
    /** 2·64·256·256·9·32·32 = 77.3 GFLOP: far more work than data. */
    private static final long[] LARGE_INPUT = {64, 256, 32, 32};

    /** 256 MiB, more than any cache. */
    private static final long LARGE_VECTOR = 64L << 20;

    /** Images of the evaluation. */
    @Param({"1", "16", "64"})
    public int batch;

    private final List<Convolution> convolutions = new ArrayList<>();
    private org.bcm4j.tensor.Scope memory;
    private NoGradients constants;
    private TrainedModel model;
    private PackedConvolutions packed;
    private ConsistencyFunction function;
    private Tensor x;
    private Tensor t;
    private Tensor u;
    private Optional<Tensor> labels;
    private Tensor largeInput;
    private Tensor largeWeight;
    private Tensor largeBias;
    private Tensor vector;

    /** One convolution of the network, with its input. */
    private record Convolution(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {}

    @Setup
    public void prepare() {
        memory = org.bcm4j.tensor.Scope.open();
        constants = new NoGradients();
        model = TrainedModel.open(SamplingBenchmark.MODEL, Device.CPU, Precision.FP32);
        packed = new PackedConvolutions(model.weights());
        function = new ConsistencyFunction(
                model.config().network().build(), model.config().kind());
        SeededGenerator generator = new SeededGenerator(1, Device.CPU);
        x = generator.normal(model.shape(batch)).mul(scalar(80.0));
        t = Device.CPU.full(80, batch);
        u = Device.CPU.full(0.002, batch);
        labels = model.cyclicLabels(0, batch);
        largeInput = generator.normal(LARGE_INPUT).contiguous(torch.MemoryFormat.ChannelsLast);
        largeWeight = generator.normal(256, 256, 3, 3);
        largeBias = generator.normal(256);
        vector = Device.CPU.zeros(LARGE_VECTOR);
        generator.close();
        ConvolutionKernel recorder = (input, weight, bias, window) -> {
            Tensor kept = org.bcm4j.tensor.Scope.own(input.contiguous(torch.MemoryFormat.ChannelsLast));
            convolutions.add(new Convolution(kept, weight, bias, window));
            return packed.convolve(kept, weight, bias, window);
        };
        function.apply(Pass.evaluating(model.weights()).convolvedBy(recorder), x, t, u, labels);
    }

    /** The whole evaluation, as {@link TrainedModel#traverse} does it. */
    @Benchmark
    public double evaluation() {
        try (org.bcm4j.tensor.Scope scope = org.bcm4j.tensor.Scope.open()) {
            return model.traverse(x, t, u, labels).select(0, 0).sum().item_double();
        }
    }

    /** The convolutions of the evaluation alone, one after the other. */
    @Benchmark
    public int convolutionsAlone() {
        for (Convolution each : convolutions) {
            try (org.bcm4j.tensor.Scope scope = org.bcm4j.tensor.Scope.open()) {
                packed.convolve(each.x(), each.weight(), each.bias(), each.window());
            }
        }
        return convolutions.size();
    }

    /** One convolution of 77.3 GFLOP. */
    @Benchmark
    public double largeConvolution() {
        try (org.bcm4j.tensor.Scope scope = org.bcm4j.tensor.Scope.open();
                PackedConvolution convolution = new PackedConvolution(largeWeight, largeBias, 1, LARGE_INPUT)) {
            return convolution.apply(largeInput).select(0, 0).sum().item_double();
        }
    }

    /** Reads and writes 256 MiB each. */
    @Benchmark
    public double largeCopy() {
        try (org.bcm4j.tensor.Scope scope = org.bcm4j.tensor.Scope.open()) {
            return vector.clone().select(0, 0).item_double();
        }
    }

    @TearDown
    public void close() {
        convolutions.forEach(each -> each.x().releaseReference());
        packed.close();
        model.close();
        constants.close();
        memory.close();
    }
}
