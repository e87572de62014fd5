package org.bcm4j.training;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.tensor.Precision;
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
 * One step of bidirectional consistency training of the shipped architecture, update and moving average included, on random images: the
 * time of one step of {@value #BATCH} images. Run it from the project's root, where it finds {@value #CONFIG}. It lives in the trainer's
 * package because a single step is no public operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dorg.bytedeco.javacpp.nopointergc=true")
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class TrainingStepBenchmark {
    static final int BATCH = 64;

    static final String CONFIG = "configs/fashion-mnist.yaml";
    /** What the PyTorch peer does: the paper's Eq. 10 alone, on the images themselves. */
    static final List<String> PAPER =
            List.of("stages=[{steps: 1000000, terms: [{kind: bidirectional-consistency}]}]", "stable_targets=0");

    /** The arithmetic of convolutions and matrix products. */
    @Param({"FP32", "BF16"})
    public Precision precision;

    private RandomRun run;

    @Setup
    public void prepare() {
        TrainingConfig config = ConfigFile.read(Path.of(CONFIG), TrainingConfig.class, PAPER);
        if (config.batchSize() != BATCH) {
            throw new IllegalStateException(CONFIG + ": batch_size is no longer " + BATCH + "; change the benchmark");
        }
        run = new RandomRun(config, precision);
    }

    /** One step. */
    @Benchmark
    public Object step() {
        return run.step();
    }

    @TearDown
    public void close() {
        run.close();
    }
}
