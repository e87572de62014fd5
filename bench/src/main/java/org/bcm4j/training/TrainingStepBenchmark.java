package org.bcm4j.training;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.network.Network;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.RankGroup;
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

    private static final String CONFIG = "configs/fashion-mnist.yaml";
    /** What the PyTorch peer does: the paper's Eq. 10 alone, on the images themselves. */
    private static final List<String> PAPER =
            List.of("stages=[{steps: 1000000, terms: [{kind: bidirectional-consistency}]}]", "stable_targets=0");

    private static final int IMAGES = 16 * BATCH;

    /** The arithmetic of convolutions and matrix products. */
    @Param({"FP32", "BF16"})
    public Precision precision;

    private TrainingStep step;
    private TrainingState state;

    @Setup
    public void prepare() {
        TrainingConfig config = ConfigFile.read(Path.of(CONFIG), TrainingConfig.class, PAPER);
        if (config.batchSize() != BATCH) {
            throw new IllegalStateException(CONFIG + ": batch_size is no longer " + BATCH + "; change the benchmark");
        }
        Network network = config.network().build();
        Device device = config.device().orElseGet(Device::best);
        LabelledImages images = images(config);
        step = new TrainingStep(
                config,
                new ConsistencyFunction(network, config.model()),
                images,
                device,
                precision,
                RankGroup.alone(),
                new StepTimes());
        state = new TrainingState(config, network.layout(), images, device, RankGroup.alone());
    }

    private static LabelledImages images(TrainingConfig config) {
        int side = config.network().imageSize();
        int channels = config.network().imageChannels();
        int classes = config.network().classes();
        byte[] pixels = new byte[IMAGES * channels * side * side];
        new Random(0).nextBytes(pixels);
        int[] labels = new int[IMAGES];
        Arrays.setAll(labels, i -> i % classes);
        return new LabelledImages(pixels, labels, channels, side, side, Collections.nCopies(classes, "class"));
    }

    /** One step. */
    @Benchmark
    public Object step() {
        return step.run(state);
    }

    @TearDown
    public void close() {
        step.close();
        state.close();
    }
}
