package org.bcm4j.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bcm4j.data.FashionMnist;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.SeededGenerator;
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
 * What {@code bcm eval} costs beyond its networks: all that it measures of the shipped model along a walk and an inversion, beside the bare
 * evaluations of the model and of the feature network that this takes. Run it from the project's root.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(value = 1, jvmArgsAppend = "-Dorg.bytedeco.javacpp.nopointergc=true")
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class EvaluationBenchmark {
    /** That of an evaluation's batches. */
    private static final int BATCH = 100;

    private static final Walk GENERATION = Walk.parse("80 > 1.6 > 0");
    private static final Walk INVERSION = Walk.parse("0 +0.07 > 80");
    private static final String MODEL = "models/fashion-mnist";
    private static final String FEATURES = "models/fashion-mnist-features";

    /** Samples, and images that are inverted. */
    @Param("10000")
    public int count;

    private TrainedModel model;
    private FeatureNetwork features;
    private LabelledImages images;

    @Setup
    public void prepare() {
        model = TrainedModel.open(Path.of(MODEL));
        features = FeatureNetwork.open(Path.of(FEATURES));
        images = new FashionMnist(Optional.empty()).test();
    }

    @TearDown
    public void close() {
        features.close();
        model.close();
    }

    @Benchmark
    public EvaluationReport evaluation() {
        Evaluation.Subject subject = new Evaluation.Subject(model, "not told", features, images, "fashion-mnist test");
        return new Evaluation(count, count, 0)
                .run(subject, new Evaluation.SamplingPaths(List.of(GENERATION), List.of(INVERSION)), Measuring.ALONE);
    }

    /** The walk's evaluations; an inversion and its way back, with labels and without; features of samples, of images, and of their blur. */
    @Benchmark
    public double networksAlone() {
        double last = 0;
        try (SeededGenerator generator = new SeededGenerator(0, model.device())) {
            for (int done = 0; done < count; done += BATCH) {
                try (org.bcm4j.tensor.Scope scope = org.bcm4j.tensor.Scope.open()) {
                    Tensor x = generator.normal(model.shape(BATCH));
                    for (int evaluation = 0; evaluation < GENERATION.nfe() + 2 * (INVERSION.nfe() + 1); evaluation++) {
                        model.traverse(x, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN, Optional.empty());
                    }
                    for (int seen = 0; seen < 3; seen++) {
                        last = features.responses(x).features().sum().item_double();
                    }
                }
            }
        }
        return last;
    }
}
