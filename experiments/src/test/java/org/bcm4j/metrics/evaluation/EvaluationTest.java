package org.bcm4j.metrics.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.FeatureTraining;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.noise.NoiseRecovery;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Walk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On an untrained model, whose network gives 0 and which therefore only scales: f(x,t,u) = c_skip(t,u)·x. What comes
 * out can be computed by hand.
 */
class EvaluationTest {
    private static final LabelledImages IMAGES = TinyData.images(230, 4);

    private static final Walk INVERSION = Walk.parse("0 +0.5 > 80");

    @TempDir
    private static Path folder;

    private static FeatureNetwork features;

    @BeforeAll
    static void train() {
        Path network = folder.resolve("features");
        new FeatureTraining(0, 20)
                .run(TinyData.images(256, 1), TinyData.images(50, 2), network, (step, steps, loss) -> {});
        features = FeatureNetwork.open(network);
    }

    @AfterAll
    static void close() {
        features.close();
    }

    private static EvaluationReport evaluate(TrainedModel model, long seed, String generation) {
        Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, IMAGES, "tiny test");
        return new Evaluation(120, 230, seed)
                .run(
                        subject,
                        new Evaluation.SamplingPaths(
                                List.of(Walk.parse(generation)),
                                List.of(INVERSION),
                                true,
                                List.of(new InterpolationQuality.SamplingPaths(INVERSION, INVERSION.toImages()))),
                        Measuring.ALONE);
    }

    /** The untrained model leads an image to a multiple of itself and of the noise that the walk added: no noise at all. */
    @Test
    void noiseThatIsThePictureIsSeen() {
        try (TrainedModel model = UntrainedModels.bidirectional(2, true)) {
            EvaluationReport report = evaluate(model, 0, "80 > 0");

            NoiseQuality drawn = report.drawnNoise().orElseThrow();
            assertThat(drawn.figures().noises()).isEqualTo(230);
            assertThat(drawn.figures().patchDetermination()).isCloseTo(0, within(0.05));
            // Of the 58 last, half by chance, and three deviations of 0.066.
            assertThat(drawn.classLeak())
                    .hasValueSatisfying(leak -> assertThat(leak).isBetween(0.3, 0.7));
            for (InversionQuality.Figures inverted : report.inversion()) {
                NoiseQuality found = inverted.noise().orElseThrow();
                double share = TinyData.meanSquare(IMAGES) - TinyData.mean(IMAGES) * TinyData.mean(IMAGES);
                share /= share + 0.5 * 0.5;
                // Noise is spread about the patch's mean of the image a little more closely than about its own.
                assertThat(found.figures().patchDetermination()).isCloseTo(share, within(0.03));
                assertThat(found.figures().imageCorrelation()).isCloseTo(Math.sqrt(share), within(0.03));
                assertThat(found.figures().mean()).isCloseTo(inverted.noiseMean(), within(1e-6));
                assertThat(found.figures().standardDeviation())
                        .isCloseTo(inverted.noiseStandardDeviation(), within(1e-6));
                assertThat(found.classLeak())
                        .hasValueSatisfying(leak -> assertThat(leak).isGreaterThan(0.95));
                // What is generated is a two-hundredth of its noise, and lost in the half that the walk adds.
                NoiseRecovery recovery = inverted.recovery().orElseThrow();
                assertThat(recovery.noise()).isCloseTo(0, within(0.05));
                assertThat(recovery.image()).isBetween(0.05, 0.15);
            }
        }
    }

    @Test
    void imagesBetweenTwoAreHeldAgainstCrossFades() {
        try (TrainedModel model = UntrainedModels.bidirectional(2, true)) {
            List<InterpolationQuality.Figures> rows =
                    evaluate(model, 0, "80 > 0").interpolation().orElseThrow();

            // Classes alternate, so 115 images of each make 57 pairs, and image i + 115 is never of image i's class.
            assertThat(rows)
                    .extracting(InterpolationQuality.Figures::pairs, InterpolationQuality.Figures::count)
                    .containsExactly(
                            tuple(InterpolationQuality.Pairs.WITHIN_CLASS, 114L),
                            tuple(InterpolationQuality.Pairs.ACROSS_CLASSES, 115L));
            InterpolationQuality.Figures within = rows.get(0);
            assertThat(within.inversion()).isEqualTo("0 +0.5 > 80");
            assertThat(within.generation()).isEqualTo("80 > 0");
            // What is generated is nearly grey, a hundredth of the picture; the mean of two images of a class is of
            // that class.
            assertThat(within.endsMeanSquaredError())
                    .isCloseTo(TinyData.meanSquare(IMAGES) / 4, Percentage.withPercentage(2));
            assertThat(within.crossFades().agreement()).hasValue(1.0);
            assertThat(within.crossFades().relativeToBlurred())
                    .isLessThan(within.midpoints().relativeToBlurred());
            // Of two classes, one of the two is always right.
            assertThat(rows.get(1).midpoints().agreement()).hasValue(1.0);
            assertThat(rows.get(1).crossFades().relativeToBlurred())
                    .isGreaterThan(within.crossFades().relativeToBlurred());
        }
    }

    @Test
    void samplesOfOneColourAreOfTheClassAskedForHalfTheTime() {
        try (TrainedModel model = UntrainedModels.bidirectional(2, false)) {
            EvaluationReport report = evaluate(model, 0, "80 > 1 > 0");

            GenerationQuality.Figures figures = report.generation().get(0);
            // Nearly grey, whatever the label: the share that agrees is that of the class which grey is taken for.
            double accuracy = figures.accuracy().orElseThrow();
            assertThat(accuracy).isCloseTo(0.5, within(0.05));
            assertThat(figures.agreement())
                    .hasValue(accuracy / report.real().orElseThrow().accuracy().orElseThrow());
            assertThat(figures.nfe()).isEqualTo(2);
            assertThat(figures.frechetDistance()).isPositive();
            assertThat(figures.relativeToBlurred())
                    .isEqualTo(figures.frechetDistance()
                            / report.real().orElseThrow().blurredDistance());
            assertThat(report.inversion())
                    .extracting(InversionQuality.Figures::labels)
                    .containsExactly(InversionQuality.Labels.TRUE);
        }
    }

    @Test
    void theSameSeedGivesTheSameReport() {
        try (TrainedModel model = UntrainedModels.bidirectional(2, true)) {
            EvaluationReport report = evaluate(model, 3, "80 > 0 +5 > 1 > 0");

            assertThat(evaluate(model, 3, "80 > 0 +5 > 1 > 0")).isEqualTo(report);
            assertThat(evaluate(model, 4, "80 > 0 +5 > 1 > 0").inversion()).isNotEqualTo(report.inversion());
            assertThat(report.inversion())
                    .extracting(InversionQuality.Figures::labels)
                    .containsExactly(InversionQuality.Labels.TRUE, InversionQuality.Labels.NULL);
        }
    }

    @Test
    void aReportComesBackFromItsFile() {
        try (TrainedModel model = UntrainedModels.bidirectional(0, false)) {
            EvaluationReport report = evaluate(model, 0, "80 > 0");
            Path file = folder.resolve("metrics.json");
            ConfigFile.write(file, report);

            assertThat(ConfigFile.read(file, EvaluationReport.class)).isEqualTo(report);
            assertThat(report.generation().get(0).accuracy()).isEmpty();
            assertThat(report.generation().get(0).agreement()).isEmpty();
            assertThat(report.protocol().featuresSha256()).contains(features.sha256());
            assertThat(report.inception()).isEmpty();
        }
    }

    /** As bcm wrote them before there were bounds and SSIM. */
    @Test
    void olderReportsCanBeRead() {
        String text = """
                {"protocol": {"model_sha256": "01", "features_sha256": "23", "data": "tiny test", "images": 10,
                  "samples": 10, "seed": 0, "device": "cpu", "precision": "fp32", "notes": []},
                 "real": {"accuracy": 0.9, "blurred_distance": 37.1},
                 "generation": [{"walk": "80 > 0", "nfe": 1, "frechet_distance": 9.5, "relative_to_blurred": 0.25,
                  "accuracy": 0.8, "agreement": 0.9}],
                 "inversion": [{"walk": "0 +0.07 > 80", "nfe": 1, "labels": "true", "regeneration": "80 > 0",
                  "mean_squared_error": 0.003, "peak_signal_to_noise": 25.2, "noise_mean": -0.2,
                  "noise_standard_deviation": 1.03}]}
                """;
        EvaluationReport report = ConfigFile.parse(text, "metrics.json", EvaluationReport.class);

        assertThat(report.generation().get(0).frechetDistanceBounds()).isEmpty();
        assertThat(report.inversion().get(0).structuralSimilarity()).isEmpty();
        assertThat(report.inversion().get(0).meanSquaredErrorBounds()).isEmpty();
        assertThat(report.inversion().get(0).regenerationNfe()).isEmpty();
        assertThat(report.real().orElseThrow().accuracy()).hasValue(0.9);
    }

    /** A network that gives 0 makes the denoiser that of Gaussian data, which Heun inverts and generates again nearly without loss. */
    @Test
    void aDenoiserIsMeasuredAlongItsOde() {
        DeterministicSampler sampler = new DeterministicSampler(OdeSolver.HEUN, 12);
        Ode inversion = new Ode(sampler, Ode.Direction.INVERT);
        try (TrainedModel model = UntrainedModels.denoiser()) {
            Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, IMAGES, "tiny test");
            EvaluationReport report = new Evaluation(120, 230, 0)
                    .run(
                            subject,
                            new Evaluation.SamplingPaths(
                                    List.of(new Ode(sampler, Ode.Direction.GENERATE)),
                                    List.of(inversion),
                                    true,
                                    List.of(new InterpolationQuality.SamplingPaths(inversion, inversion.toImages()))),
                            Measuring.ALONE);

            GenerationQuality.Figures generated = report.generation().get(0);
            assertThat(generated.walk()).isEqualTo("80 > 0, heun, 12 steps");
            assertThat(generated.nfe()).isEqualTo(23);
            assertThat(generated.frechetDistanceBounds())
                    .hasValueSatisfying(
                            bounds -> assertThat(generated.frechetDistance()).isBetween(bounds.low(), bounds.high()));
            InversionQuality.Figures inverted = report.inversion().get(0);
            assertThat(inverted.nfe()).isEqualTo(22);
            assertThat(inverted.regeneration()).isEqualTo("80 > 0, heun, 12 steps");
            assertThat(inverted.regenerationNfe()).hasValue(23);
            assertThat(inverted.meanSquaredError()).isLessThan(1e-3);
            assertThat(inverted.meanSquaredErrorBounds())
                    .hasValueSatisfying(
                            bounds -> assertThat(inverted.meanSquaredError()).isBetween(bounds.low(), bounds.high()));
            // The noise of Gaussian data of deviation ½ is 2x; one way, so few steps err by 9 %.
            double deviation = Math.sqrt(TinyData.meanSquare(IMAGES) - TinyData.mean(IMAGES) * TinyData.mean(IMAGES));
            assertThat(inverted.noiseStandardDeviation()).isCloseTo(2 * deviation, Percentage.withPercentage(12));
            assertThat(inverted.structuralSimilarity())
                    .as("8 x 8 pixels hold no window")
                    .isEmpty();

            List<Walk> walks = List.of(INVERSION);
            assertThatThrownBy(() -> new Evaluation(10, 10, 0)
                            .run(subject, new Evaluation.SamplingPaths(List.of(), walks), Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("this model is a denoiser");
        }
    }

    /** Of class folders the first images would be of one class. */
    @Test
    void imagesThatAreGroupedByClassAreMeasuredInMixedOrder() {
        int[] labels = IntStream.range(0, 40).map(i -> i / 20).toArray();
        LabelledImages grouped = new LabelledImages(new byte[40 * 64], labels, 1, 8, 8, List.of("upper", "lower"));
        try (Scope scope = Scope.open();
                TrainedModel model = UntrainedModels.bidirectional(2, true)) {
            Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, grouped, "grouped test");
            assertThat(HostTensors.longs(
                            subject.images().labels(LongStream.range(0, 10).toArray())))
                    .contains(0, 1);
        }
    }

    @Test
    void refusesDataThatDoNotFit() {
        LabelledImages wide = new LabelledImages(new byte[2 * 8 * 12], new int[2], 1, 8, 12, List.of("upper", "lower"));
        LabelledImages coloured =
                new LabelledImages(new byte[2 * 3 * 64], new int[2], 3, 8, 8, List.of("upper", "lower"));
        LabelledImages three = new LabelledImages(new byte[2 * 64], new int[2], 1, 8, 8, List.of("a", "b", "c"));
        LabelledImages other = new LabelledImages(new byte[2 * 64], new int[2], 1, 8, 8, List.of("a", "b"));
        LabelledImages unsorted = new LabelledImages(new byte[2 * 64], new int[2], 1, 8, 8, List.of("all"));
        try (TrainedModel model = UntrainedModels.bidirectional(2, true);
                TrainedModel unconditional = UntrainedModels.bidirectional(0, false)) {
            for (LabelledImages images : List.of(wide, coloured)) {
                assertThatThrownBy(() -> new Evaluation.Subject(model, "0123", features, images, "others test"))
                        .isInstanceOf(UserException.class)
                        .hasMessageStartingWith("the model takes images of 1 x 8 x 8, but those of others test are");
            }
            assertThatThrownBy(() -> new Evaluation.Subject(model, "0123", features, three, "others test"))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "the model's 2 classes are not the 3 (a, b, c) of others test; use the data that the model was"
                                    + " trained on (tiny)");
            assertThatThrownBy(() -> new Evaluation.Subject(model, "0123", features, other, "others test"))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("the feature network has other classes (upper, lower) than those of"
                            + " others test (a, b); train one");
            Evaluation.Subject accepted =
                    new Evaluation.Subject(unconditional, "0123", features, unsorted, "others test");
            EvaluationReport report = new Evaluation(2, 2, 0)
                    .run(
                            accepted,
                            new Evaluation.SamplingPaths(List.of(Walk.parse("80 > 0")), List.of()),
                            Measuring.ALONE);
            assertThat(report.real().orElseThrow().accuracy())
                    .as("nobody knows the classes")
                    .isEmpty();
        }
    }

    @Test
    void refusesWalksThatLeadTheOtherWay() {
        try (TrainedModel model = UntrainedModels.bidirectional(0, false)) {
            Evaluation evaluation = new Evaluation(10, 10, 0);
            Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, IMAGES, "tiny test");
            List<Walk> inverting = List.of(INVERSION);
            assertThatThrownBy(() -> evaluation.run(
                            subject, new Evaluation.SamplingPaths(inverting, List.of()), Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("walk \"0 +0.5 > 80\" does not generate images;");
            List<Walk> generating = List.of(Walk.parse("80 > 0"));
            assertThatThrownBy(() -> evaluation.run(
                            subject, new Evaluation.SamplingPaths(List.of(), generating), Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("walk \"80 > 0\" does not invert images;");
        }
    }

    @Test
    void refusesMoreImagesThanThereAre() {
        try (TrainedModel model = UntrainedModels.bidirectional(0, false)) {
            Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, IMAGES, "tiny test");
            assertThatThrownBy(() -> new Evaluation(10, 231, 0)
                            .run(subject, new Evaluation.SamplingPaths(List.of(), List.of()), Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessage("there are 230 images in tiny test, not 231; ask for fewer");
        }
    }

    @Test
    void midpointsThatWereAskedForNeedPairs() {
        try (TrainedModel model = UntrainedModels.bidirectional(2, true)) {
            Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, IMAGES, "tiny test");
            assertThatCode(() -> new Evaluation(2, 8, 0).requirePairs(subject)).doesNotThrowAnyException();
            assertThatThrownBy(() -> new Evaluation(2, 3, 0).requirePairs(subject))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "midpoints need at least 2 pairs of images, which the first 3 of tiny test do not make; ask"
                                    + " for more images");
        }
    }
}
