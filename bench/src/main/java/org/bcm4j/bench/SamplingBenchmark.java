package org.bcm4j.bench;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bcm4j.TensorModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
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
 * Generation by one network evaluation per image, of the shipped model, noise included: the time of one batch. Run it from the project's
 * root.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dorg.bytedeco.javacpp.nopointergc=true")
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class SamplingBenchmark {
    static final Path MODEL = Path.of("models/fashion-mnist");

    private static final Walk ONE_STEP = Walk.parse("80 > 0");

    /** The arithmetic of convolutions and matrix products. */
    @Param({"FP32", "BF16"})
    public Precision precision;

    /** How many images are asked for at once. */
    @Param({"1", "16", "64", "256"})
    public int batch;

    private TensorModel bcm;
    private long seed;

    @Setup
    public void prepare() {
        bcm = TensorModel.open(MODEL, Device.best(), precision);
    }

    /** One batch. */
    @Benchmark
    public double generate() {
        try (org.bcm4j.tensor.Scope memory = org.bcm4j.tensor.Scope.open()) {
            Tensor images = bcm.generate(ONE_STEP, batch, seed++, bcm.model().cyclicLabels(0, batch));
            return images.sum().item_double(); // on a GPU, waits for the images
        }
    }

    @TearDown
    public void close() {
        bcm.close();
    }
}
