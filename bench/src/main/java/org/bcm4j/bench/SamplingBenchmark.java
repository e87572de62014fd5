package org.bcm4j.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bcm4j.TensorModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Generation by one network evaluation, of the shipped architecture with random weights, noise included; in images per second. Run it
 * from the project's root, where it finds {@value #CONFIG}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(SamplingBenchmark.BATCH)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dorg.bytedeco.javacpp.nopointergc=true")
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class SamplingBenchmark {
    static final int BATCH = 64;

    private static final String CONFIG = "configs/fashion-mnist.yaml";
    /** As the PyTorch peer's, which ends at the folded pixels. */
    private static final String PEER_NETWORK = "network.fine_width=0";

    private static final Walk ONE_STEP = Walk.parse("80 > 0");

    /** The arithmetic of convolutions and matrix products. */
    @Param({"FP32", "BF16"})
    public Precision precision;

    private TensorModel bcm;
    private long seed;

    @Setup
    public void prepare() {
        TrainingConfig trained = ConfigFile.read(Path.of(CONFIG), TrainingConfig.class, List.of(PEER_NETWORK));
        Device device = Device.best();
        try (SeededGenerator generator = new SeededGenerator(0, device)) {
            Weights weights = Weights.initialized(trained.network().build().layout(), generator, device);
            ModelConfig config =
                    new ModelConfig(ModelConfig.FORMAT, trained.model(), trained.network(), "none", List.of());
            bcm = new TensorModel(new TrainedModel(config, weights, device, precision));
        }
    }

    /** One batch. */
    @Benchmark
    public double generate() {
        try (org.bcm4j.tensor.Scope memory = org.bcm4j.tensor.Scope.open()) {
            Tensor images = bcm.generate(ONE_STEP, BATCH, seed++, Optional.empty());
            return images.sum().item_double(); // on a GPU, waits for the images
        }
    }

    @TearDown
    public void close() {
        bcm.close();
    }
}
