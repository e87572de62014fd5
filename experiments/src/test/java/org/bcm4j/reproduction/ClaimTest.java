package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.training.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims are judged by their numbers, and by nothing else. */
class ClaimTest {
    private static final Provenance PROVENANCE =
            new Provenance("stage", "print", "bcm", Map.of(), "data", "cpu", "fp32");

    /** How far the figures of three seeds are apart; their difference from others that are as far apart is sure. */
    private static final double BETWEEN_SEEDS = 0.1;

    @TempDir
    private Path folder;

    /** Of which those with the fingerprint of {@link #PROVENANCE} count. */
    private Results results() {
        return results("print");
    }

    private Results results(String fingerprint) {
        return new Results(
                folder,
                Reproduction.stages().stream()
                        .collect(Collectors.toUnmodifiableMap(stage -> stage, stage -> fingerprint)));
    }

    private static ConfidenceInterval around(double mean) {
        return ConfidenceInterval.of(mean - BETWEEN_SEEDS, mean, mean + BETWEEN_SEEDS);
    }

    /** Of which the difference from {@link #around} has, by Student's t, a half width of 4.303·0.1/√3 = 0.248. */
    private static ConfidenceInterval noisy(double mean) {
        return ConfidenceInterval.of(mean, mean, mean);
    }

    private static Verdict verdict(ConfidenceInterval lower, ConfidenceInterval higher, double factor) {
        return new Comparison("a", lower, "b", Optional.of(higher), factor).verdict();
    }

    @Test
    void differencesOfSeedsThatHoldNothingDecideNothing() {
        assertThat(verdict(around(1), noisy(1.26), 1)).isEqualTo(Verdict.HELD);
        assertThat(verdict(around(1), noisy(1.23), 1)).isEqualTo(Verdict.UNDECIDED);
        assertThat(verdict(noisy(1.23), around(1), 1)).isEqualTo(Verdict.UNDECIDED);
        assertThat(verdict(noisy(1.26), around(1), 1)).isEqualTo(Verdict.NOT_HELD);
    }

    @Test
    void aFactorRaisesTheLowerFigureOfEverySeed() {
        ConfidenceInterval lower = ConfidenceInterval.of(1, 2, 3);
        assertThat(verdict(lower, ConfidenceInterval.of(2.1, 4.1, 6.12), 2)).isEqualTo(Verdict.HELD);
        assertThat(verdict(lower, ConfidenceInterval.of(2.1, 3.9, 6), 2)).isEqualTo(Verdict.UNDECIDED);
        assertThat(verdict(lower, ConfidenceInterval.of(1.9, 3.9, 5.88), 2)).isEqualTo(Verdict.NOT_HELD);
    }

    @Test
    void whatIsNotFiniteIsHigherThanAnything() {
        assertThat(new Comparison("a", around(1e9), "b", Optional.empty(), 2).verdict())
                .isEqualTo(Verdict.HELD);
    }

    @Test
    void aClaimHoldsOnlyIfEachComparisonDoes() {
        Comparison held = Comparison.below("a", around(1), "b", around(2));
        Comparison opposite = Comparison.below("a", around(2), "b", around(1));
        Comparison open = Comparison.below("a", around(1), "b", around(1));
        assertThat(Verdict.of(List.of(held, held))).isEqualTo(Verdict.HELD);
        assertThat(Verdict.of(List.of(held, open))).isEqualTo(Verdict.UNDECIDED);
        assertThat(Verdict.of(List.of(held, open, opposite))).isEqualTo(Verdict.NOT_HELD);
        assertThat(Verdict.of(List.of())).isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void withoutResultsNothingIsDecided() {
        assertThat(Claim.Judgements.of(results()).claims())
                .hasSize(Claim.values().length)
                .allSatisfy(judgement -> {
                    assertThat(judgement.verdict()).isEqualTo(Verdict.UNDECIDED);
                    assertThat(judgement.comparisons()).isEmpty();
                    assertThat(judgement.lack()).isEmpty();
                    assertThat(Reproduction.stages()).contains(judgement.stage());
                });
    }

    private static GenerationAgainstNfe.Point sampled(Kind kind, int nfe, double distance) {
        return new GenerationAgainstNfe.Point(kind, kind + " " + nfe, nfe, around(distance));
    }

    @Test
    void theCombinationIsComparedAtUpToFourEvaluations() {
        List<GenerationAgainstNfe.Point> points = new ArrayList<>(List.of(
                sampled(Kind.ANCESTRAL, 2, 3),
                sampled(Kind.ANCESTRAL, 4, 4),
                sampled(Kind.ZIGZAG, 3, 5),
                sampled(Kind.ZIGZAG, 5, 1),
                sampled(Kind.COMBINED, 4, 2),
                sampled(Kind.MULTISTEP, 1, 0.5)));
        List<Comparison> made = Claim.combination(new GenerationAgainstNfe.Result(PROVENANCE, points));
        assertThat(made).extracting(Comparison::higher).containsExactly("ancestral, ANCESTRAL 2", "zigzag, ZIGZAG 3");
        assertThat(Verdict.of(made)).isEqualTo(Verdict.HELD);
        points.add(sampled(Kind.ANCESTRAL, 1, 1));
        assertThat(Verdict.of(Claim.combination(new GenerationAgainstNfe.Result(PROVENANCE, points))))
                .isEqualTo(Verdict.NOT_HELD);
    }

    @Test
    void twoEvaluationsOfBcmAreComparedWithTwentyOfEverySolver() {
        List<InversionAgainstNfe.Point> points = List.of(
                inverted("bcm", 1, 9),
                inverted("bcm", 2, 1),
                inverted("heun", 20, 2),
                inverted("ddim", 20, 2),
                inverted("ddim", 40, 0.1));
        List<Comparison> made = Claim.fewEvaluations(new InversionAgainstNfe.Result(PROVENANCE, points));
        assertThat(made).extracting(Comparison::higher).containsExactly("heun, 20 NFE", "ddim, 20 NFE");
        assertThat(Verdict.of(made)).isEqualTo(Verdict.HELD);
    }

    private static InversionAgainstNfe.Point inverted(String method, int nfe, double error) {
        return new InversionAgainstNfe.Point(method, method + " " + nfe, nfe, 1, around(error));
    }

    @Test
    void inpaintingIsComparedWithMoreEvaluationsThanItTakes() {
        List<Edits.Repair> repairs = List.of(
                repaired(Run.BCM, 2, 3),
                repaired(Run.BCM, 4, 2),
                repaired(Run.ICT, 4, 1),
                repaired(Run.ICT, 8, 4),
                repaired(Run.ICT, 18, 2));
        List<Comparison> made = Claim.inpainting(new Edits.Result(PROVENANCE, repairs, List.of()));
        assertThat(made).extracting(Comparison::verdict).containsExactly(Verdict.HELD, Verdict.UNDECIDED);
    }

    private static Edits.Repair repaired(Run run, int nfe, double distance) {
        return new Edits.Repair("hole", run, run + " " + nfe, nfe, around(1), 1, around(distance), 9);
    }

    @Test
    void noiseMayBeTwiceAsFarFromGaussianAsTheOdes() {
        NoiseStatistics.Row ode = noises(NoiseStatistics.Source.ODE, 43, 0.1);
        assertThat(gaussian(noises(NoiseStatistics.Source.BCM, 2, 0.19), ode)).isEqualTo(Verdict.HELD);
        assertThat(gaussian(noises(NoiseStatistics.Source.BCM, 2, 0.21), ode)).isEqualTo(Verdict.NOT_HELD);
    }

    private static Verdict gaussian(NoiseStatistics.Row bcm, NoiseStatistics.Row ode) {
        NoiseStatistics.Row worse = noises(NoiseStatistics.Source.BCM, 1, 0.9);
        List<Comparison> made = Claim.gaussianNoise(new NoiseStatistics.Result(PROVENANCE, List.of(worse, bcm, ode)));
        assertThat(made).hasSize(5);
        return Verdict.of(made);
    }

    /** The ODE's mean and deviation may be right by chance; then a tenth is allowed. */
    @Test
    void noiseThatIsShiftedOrScaledIsNotGaussian() {
        NoiseStatistics.Row ode = noises(NoiseStatistics.Source.ODE, 43, 0.1, 0, 1);
        NoiseStatistics.Row farther = noises(NoiseStatistics.Source.ODE, 43, 0.1, -0.08, 1.08);
        for (double[] law : new double[][] {{0.15, 1}, {-0.15, 1}, {0, 0.85}, {0, 1.15}}) {
            NoiseStatistics.Row bcm = noises(NoiseStatistics.Source.BCM, 2, 0.1, law[0], law[1]);
            assertThat(gaussian(bcm, ode)).isEqualTo(Verdict.NOT_HELD);
            assertThat(gaussian(bcm, farther)).isEqualTo(Verdict.HELD);
        }
        assertThat(gaussian(noises(NoiseStatistics.Source.BCM, 2, 0.1, 0.09, 0.91), ode))
                .isEqualTo(Verdict.HELD);
    }

    /** Half of BCM's defects is below the ODE's in both cases. */
    @Test
    void anOdeWhoseNoiseIsNoNoiseIsNoYardstick() {
        assertThat(gaussianJudgement(noises(NoiseStatistics.Source.ODE, 43, 0.14), 0.2))
                .satisfies(judged -> {
                    assertThat(judged.verdict()).isEqualTo(Verdict.HELD);
                    assertThat(judged.lack()).isEmpty();
                });
        assertThat(gaussianJudgement(noises(NoiseStatistics.Source.ODE, 43, 0.16), 0.2))
                .satisfies(judged -> {
                    assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
                    assertThat(Verdict.of(judged.comparisons())).isEqualTo(Verdict.HELD);
                    assertThat(judged.lack())
                            .contains("the ODE's noise, with which BCM's is compared, is no noise yet: its largest"
                                    + " autocorrelation is 0.16, that of drawn noise 0.050; allow more minutes");
                });
        assertThat(gaussianJudgement(noises(NoiseStatistics.Source.ODE, 43, 0.1, 0, 0.52), 0.15)
                        .lack())
                .hasValueSatisfying(lack -> assertThat(lack).contains("its |deviation - 1| is 0.48,"));
    }

    private Claim.Judgement gaussianJudgement(NoiseStatistics.Row ode, double ofBcm) {
        NoiseStatistics.Row drawn = noises(NoiseStatistics.Source.DRAWN, 0, 0.05);
        ConfigFile.write(
                results().file("noise-statistics"),
                new NoiseStatistics.Result(
                        PROVENANCE, List.of(noises(NoiseStatistics.Source.BCM, 2, ofBcm), ode, drawn)));
        return judgement(Claim.Judgements.of(results()), Claim.GAUSSIAN_NOISE);
    }

    private static NoiseStatistics.Row noises(NoiseStatistics.Source source, int nfe, double figure) {
        return noises(source, nfe, figure, 0, 1);
    }

    /** Of two seeds, whose figures that count are all the same. */
    private static NoiseStatistics.Row noises(
            NoiseStatistics.Source source, int nfe, double figure, double mean, double deviation) {
        NoiseFigures figures = new NoiseFigures(
                10,
                mean,
                deviation,
                0,
                0,
                figure,
                List.of(new NoiseFigures.Autocorrelation(0, 1, -figure)),
                new HighestFrequency(1, 1, 1),
                List.of(0.0, 0.0, 0.0, 0.0),
                figure,
                0);
        NoiseQuality quality = new NoiseQuality(figures, Optional.empty());
        return new NoiseStatistics.Row(source, "path", nfe, List.of(quality, quality));
    }

    @Test
    void ablationsFailByMoreThanAFactorOfTwo() {
        assertThat(Verdict.of(Claim.ablations(ablations(Optional.of(around(3)), 9))))
                .isEqualTo(Verdict.HELD);
        assertThat(Verdict.of(Claim.ablations(ablations(Optional.empty(), 9)))).isEqualTo(Verdict.HELD);
        assertThat(Verdict.of(Claim.ablations(ablations(Optional.of(around(1.5)), 9))))
                .isEqualTo(Verdict.NOT_HELD);
        assertThat(Verdict.of(Claim.ablations(ablations(Optional.of(around(3)), 2))))
                .isEqualTo(Verdict.UNDECIDED);
    }

    private static Ablations.Result ablations(Optional<ConfidenceInterval> errorOfEq8, double distanceWithoutCt) {
        return new Ablations.Result(
                PROVENANCE,
                List.of(
                        new Ablations.Variant(Run.EQ9, around(1), Optional.of(around(1))),
                        new Ablations.Variant(Run.EQ8, around(1), errorOfEq8),
                        new Ablations.Variant(Run.NO_CT, around(distanceWithoutCt), Optional.of(around(1))),
                        new Ablations.Variant(Run.INVERSION, around(1), Optional.of(around(1)))));
    }

    /** The combination beats the others clearly: by numbers of a model that draws nothing, and by numbers of one that does. */
    @Test
    void modelsThatHaveLearntNothingDecideNothing() {
        generationIs(40);
        Claim.Judgements all = Claim.Judgements.of(results());
        Claim.Judgement judged = judgement(all, Claim.COMBINATION);
        assertThat(Verdict.of(judged.comparisons())).isEqualTo(Verdict.HELD);
        assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(all.lack())
                .contains(
                        "BCM's best samples are 40.0 times as far from real images as blurred ones, and more than 3 times"
                                + " is not an image yet; allow more minutes");

        generationIs(2);
        assertThat(judgement(Claim.Judgements.of(results()), Claim.COMBINATION).verdict())
                .isEqualTo(Verdict.HELD);
    }

    private static Claim.Judgement judgement(Claim.Judgements all, Claim claim) {
        return all.claims().stream()
                .filter(judged -> judged.claim() == claim)
                .findFirst()
                .orElseThrow();
    }

    private void generationIs(double best) {
        samplesAre(best, 0.5);
    }

    private void samplesAre(double best, double ofConsistencyModel) {
        ConfigFile.write(
                results().file("generation-against-nfe"),
                new GenerationAgainstNfe.Result(
                        PROVENANCE,
                        List.of(
                                sampled(Kind.ANCESTRAL, 2, best + 3),
                                sampled(Kind.ZIGZAG, 3, best + 2),
                                sampled(Kind.COMBINED, 4, best),
                                sampled(Kind.MULTISTEP, 1, ofConsistencyModel))));
    }

    @Test
    void inversionsThatBringNothingBackDecideNothing() {
        ConfigFile.write(
                results().file("inversion-against-nfe"),
                new InversionAgainstNfe.Result(PROVENANCE, List.of(inverted("bcm", 2, 0.4), inverted("heun", 20, 2))));
        assertThat(Claim.Judgements.of(results()).lack())
                .hasValueSatisfying(
                        lack -> assertThat(lack).startsWith("BCM's inversion has an error of 0.40, and above 0.05"));
    }

    @Test
    void anAblationOfWhatHasLearntNothingDecidesNothing() {
        Claim.Judgement far = ablationsJudgement(around(3.4), around(0.02));
        assertThat(Verdict.of(far.comparisons())).isEqualTo(Verdict.HELD);
        assertThat(far.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(far.lack())
                .contains("Eq. 9's samples are 3.4 times as far from real images as blurred ones, and more than 3 times"
                        + " is not an image yet; allow more minutes");
        assertThat(ablationsJudgement(around(2), around(0.06)).lack())
                .contains("Eq. 9's inversion has an error of 0.060, and above 0.05 no image comes back yet; allow more"
                        + " minutes");
        Claim.Judgement learnt = ablationsJudgement(around(2), around(0.04));
        assertThat(learnt.lack()).isEmpty();
        assertThat(learnt.verdict()).isEqualTo(Verdict.HELD);
    }

    private Claim.Judgement ablationsJudgement(ConfidenceInterval distance, ConfidenceInterval error) {
        ConfidenceInterval bad = around(20);
        ConfigFile.write(
                results().file("ablations"),
                new Ablations.Result(
                        PROVENANCE,
                        List.of(
                                new Ablations.Variant(Run.EQ9, distance, Optional.of(error)),
                                new Ablations.Variant(Run.EQ8, distance, Optional.of(bad)),
                                new Ablations.Variant(Run.NO_CT, bad, Optional.of(bad)))));
        return judgement(Claim.Judgements.of(results()), Claim.ABLATIONS);
    }

    @Test
    void aConsistencyModelThatHasLearntNothingIsNoRival() {
        ConfigFile.write(
                results().file("edits"),
                new Edits.Result(PROVENANCE, List.of(repaired(Run.BCM, 2, 1), repaired(Run.ICT, 4, 2)), List.of()));
        samplesAre(2, 3.4);
        Claim.Judgement judged = judgement(Claim.Judgements.of(results()), Claim.INPAINTING);
        assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(judged.lack())
                .contains("iCT's best samples are 3.4 times as far from real images as blurred ones, and more than 3"
                        + " times is not an image yet; allow more minutes");
        samplesAre(2, 2.9);
        assertThat(judgement(Claim.Judgements.of(results()), Claim.INPAINTING).verdict())
                .isEqualTo(Verdict.HELD);
    }

    @Test
    void noiseOfFewImagesDecidesNothing() {
        protocolIs(new Measuring(2, 100, 99, 2, 2, 2, 1, 2));
        NoiseStatistics.Row ode = noises(NoiseStatistics.Source.ODE, 43, 0.1);
        assertThat(gaussianJudgement(ode, 0.1).lack())
                .contains("only 99 images a seed were inverted, and 100 are the least; allow more minutes");
        protocolIs(new Measuring(2, 100, 100, 2, 2, 2, 1, 2));
        assertThat(gaussianJudgement(ode, 0.1).verdict()).isEqualTo(Verdict.HELD);
    }

    /** Of drawn noises, the test rejects 0.05. */
    @Test
    void anOdeOfWhoseNoisesNoneIsRejectedByChanceIsNoStricterYardstick() {
        NoiseFigures figures =
                noises(NoiseStatistics.Source.ODE, 43, 0).bySeed().get(0).figures();
        assertThat(NoiseDefect.REJECTED.ofYardstick(figures)).isEqualTo(0.05);
    }

    /** By figures that would hold. */
    @Test
    void distancesOfFewImagesDecideNothing() {
        ConfigFile.write(
                results().file("edits"),
                new Edits.Result(PROVENANCE, List.of(repaired(Run.BCM, 2, 1), repaired(Run.ICT, 4, 2)), List.of()));
        ConfigFile.write(
                results().file("midpoints"), new Midpoints.Result(PROVENANCE, "there", "back", around(1), around(2)));
        protocolIs(new Measuring(2, 100, 2, 99, 100, 2, 1, 2));
        Claim.Judgements few = Claim.Judgements.of(results());
        assertThat(few.lack()).isEmpty();
        assertThat(judgement(few, Claim.DIFFERENT_NOISES).verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement(few, Claim.INPAINTING).verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(judgement(few, Claim.INPAINTING).lack())
                .contains("only 99 images a seed were edited, and 100 are the least; allow more minutes");

        protocolIs(new Measuring(2, 100, 2, 100, 99, 2, 1, 2));
        Claim.Judgements others = Claim.Judgements.of(results());
        assertThat(judgement(others, Claim.INPAINTING).verdict()).isEqualTo(Verdict.HELD);
        assertThat(judgement(others, Claim.DIFFERENT_NOISES).verdict()).isEqualTo(Verdict.UNDECIDED);

        protocolIs(new Measuring(2, 99, 2, 100, 100, 2, 1, 2));
        assertThat(Claim.Judgements.of(results()).lack())
                .contains("only 99 samples a walk were measured, and 100 are the least; allow more minutes");
    }

    private void protocolIs(Measuring measuring) {
        TrainingConfig training = new ExperimentFile(Path.of("../configs/reproduction.yaml"), List.of())
                .read()
                .training();
        ConfigFile.write(
                folder.resolve(Results.PROTOCOL), new Protocol(45, 0.01, 1000, training, List.of(), measuring));
    }

    @Test
    void whatWasMeasuredWithOtherModelsDecidesNothing() throws IOException {
        generationIs(2);
        Files.writeString(results().file("edits"), "{\"of\": \"another version\"}");
        Claim.Judgements now = Claim.Judgements.of(results("other"));
        for (Claim claim : List.of(Claim.COMBINATION, Claim.INPAINTING)) {
            assertThat(judgement(now, claim).verdict()).isEqualTo(Verdict.UNDECIDED);
            assertThat(judgement(now, claim).comparisons()).isEmpty();
            assertThat(judgement(now, claim).lack()).contains("measured with other models or settings");
        }
        assertThat(judgement(now, Claim.DIFFERENT_NOISES).lack())
                .as("never measured")
                .isEmpty();
    }

    @Test
    void judgementsAreKept() {
        Claim.Judgements judgements = Claim.Judgements.of(results());
        ConfigFile.write(folder.resolve("claims.json"), judgements);
        assertThat(ConfigFile.read(folder.resolve("claims.json"), Claim.Judgements.class))
                .isEqualTo(judgements);
    }
}
