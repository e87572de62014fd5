package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.reproduction.InventedFigures.PROVENANCE;
import static org.bcm4j.reproduction.InventedFigures.around;
import static org.bcm4j.reproduction.InventedFigures.inverted;
import static org.bcm4j.reproduction.InventedFigures.noises;
import static org.bcm4j.reproduction.InventedFigures.repaired;
import static org.bcm4j.reproduction.InventedFigures.sampled;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.junit.jupiter.api.Test;

/** Claims are judged by their numbers, and by nothing else. */
class ClaimTest {
    /** Of which the difference from {@link InventedFigures#around} has, by Student's t, a half width of 4.303·0.1/√3 = 0.248. */
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

    /** Of drawn noises, the test rejects 0.05. */
    @Test
    void anOdeOfWhoseNoisesNoneIsRejectedByChanceIsNoStricterYardstick() {
        NoiseFigures figures =
                noises(NoiseStatistics.Source.ODE, 43, 0).bySeed().get(0).figures();
        assertThat(NoiseDefect.REJECTED.ofYardstick(figures)).isEqualTo(0.05);
    }
}
