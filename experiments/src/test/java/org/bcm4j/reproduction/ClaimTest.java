package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims are judged by their numbers, and by nothing else. */
class ClaimTest {
    private static final Provenance PROVENANCE = new Provenance("stage", "print", "bcm", Map.of(), "data");

    /** How far the figures of three seeds are apart; their difference from others that are as far apart is sure. */
    private static final double BETWEEN_SEEDS = 0.1;

    @TempDir
    private Path folder;

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
        assertThat(Claim.Judgements.of(new Results(folder)).claims())
                .hasSize(Claim.values().length)
                .allSatisfy(judgement -> {
                    assertThat(judgement.verdict()).isEqualTo(Verdict.UNDECIDED);
                    assertThat(judgement.comparisons()).isEmpty();
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
        assertThat(made).hasSize(3);
        return Verdict.of(made);
    }

    /** Of two seeds, whose figures that count are all the same. */
    private static NoiseStatistics.Row noises(NoiseStatistics.Source source, int nfe, double figure) {
        NoiseFigures figures = new NoiseFigures(
                10,
                0,
                1,
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
        Claim.Judgements all = Claim.Judgements.of(new Results(folder));
        Claim.Judgement judged = judgement(all, Claim.COMBINATION);
        assertThat(Verdict.of(judged.comparisons())).isEqualTo(Verdict.HELD);
        assertThat(judged.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(all.lack())
                .contains(
                        "BCM's best samples are 40.0 times as far from real images as blurred ones, and more than 3 times"
                                + " is not an image yet; allow more minutes");

        generationIs(2);
        assertThat(judgement(Claim.Judgements.of(new Results(folder)), Claim.COMBINATION)
                        .verdict())
                .isEqualTo(Verdict.HELD);
    }

    private static Claim.Judgement judgement(Claim.Judgements all, Claim claim) {
        return all.claims().stream()
                .filter(judged -> judged.claim() == claim)
                .findFirst()
                .orElseThrow();
    }

    private void generationIs(double best) {
        ConfigFile.write(
                new Results(folder).file("generation-against-nfe"),
                new GenerationAgainstNfe.Result(
                        PROVENANCE,
                        List.of(
                                sampled(Kind.ANCESTRAL, 2, best + 3),
                                sampled(Kind.ZIGZAG, 3, best + 2),
                                sampled(Kind.COMBINED, 4, best),
                                sampled(Kind.MULTISTEP, 1, 0.5))));
    }

    @Test
    void inversionsThatBringNothingBackDecideNothing() {
        ConfigFile.write(
                new Results(folder).file("inversion-against-nfe"),
                new InversionAgainstNfe.Result(PROVENANCE, List.of(inverted("bcm", 2, 0.4), inverted("heun", 20, 2))));
        assertThat(Claim.Judgements.of(new Results(folder)).lack())
                .hasValueSatisfying(
                        lack -> assertThat(lack).startsWith("BCM's inversion has an error of 0.40, and above 0.05"));
    }

    @Test
    void judgementsAreKept() {
        Claim.Judgements judgements = Claim.Judgements.of(new Results(folder));
        ConfigFile.write(folder.resolve("claims.json"), judgements);
        assertThat(ConfigFile.read(folder.resolve("claims.json"), Claim.Judgements.class))
                .isEqualTo(judgements);
    }
}
