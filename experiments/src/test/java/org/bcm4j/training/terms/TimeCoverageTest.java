package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.junit.jupiter.api.Test;

class TimeCoverageTest {
    private static final int POINTS = 81;

    private static double[] of(LossTerm... terms) {
        return TimeCoverage.of(List.of(terms), POINTS).images();
    }

    /** Of the pairs with u in a row of bins. */
    private static double row(double[] images, int row) {
        return IntStream.range(0, TimeCoverage.BINS)
                .mapToDouble(t -> images[row * TimeCoverage.BINS + t])
                .sum();
    }

    @Test
    void consistencyLeadsToTimeZeroOnly() {
        double[] images = of(Consistency.paper());
        assertThat(Arrays.stream(images).sum()).isCloseTo(1, within(1e-12));
        assertThat(row(images, 0)).isCloseTo(1, within(1e-12));
    }

    /** A bidirectional step evaluates every image twice, and an image is never led to where it is. */
    @Test
    void thePapersTermCoversBothDirections() {
        double[] images = of(BidirectionalConsistency.paper());
        assertThat(Arrays.stream(images).sum()).isCloseTo(2, within(1e-12));
        assertThat(above(images)).isPositive();
    }

    /** Of the pairs with u above t by a bin at least. */
    private static double above(double[] images) {
        double sum = 0;
        for (int u = 0; u < TimeCoverage.BINS; u++) {
            for (int t = 0; t < u; t++) {
                sum += images[u * TimeCoverage.BINS + t];
            }
        }
        return sum;
    }

    /** The images of the soft term, whose times are drawn by its law, train the consistency term too. */
    @Test
    void imagesOfTheSoftTermsLawLeadToTimeZeroToo() {
        IntervalLaw.Settings late = new IntervalLaw.Settings(EndPoints.INCLUDED, Math.log(80), 0.01, 0, 0, 0);
        double[] images = of(new BidirectionalConsistency(
                BidirectionalConsistency.SoftTarget.EQ9,
                true,
                0,
                0,
                0.25,
                IntervalLaw.Settings.paper(EndPoints.INCLUDED),
                Optional.of(late)));
        assertThat(Arrays.stream(images).sum()).isCloseTo(1 + 0.25, within(1e-9));
        // Of the times of all, hardly any is T.
        assertThat(images[TimeCoverage.BINS - 1]).isBetween(0.25, 0.3);
    }

    @Test
    void inversionLeadsUpwardsAndMostlyToTheEnd() {
        double[] images = of(new InversionConsistency(1, 0.5, 0.75));
        assertThat(Arrays.stream(images).sum()).isCloseTo(0.5, within(1e-12));
        assertThat(row(images, TimeCoverage.BINS - 1)).isGreaterThan(0.375);
    }

    /** Half of the images of the adversarial term are made of noise alone, the others of images at all times. */
    @Test
    void adversarialImagesAreMadeFromTheEndAndFromAllTimes() {
        double[] images = of(new Adversarial(1, 0.5, 0.5, 8, 0, new OptimizerSettings(1e-3, 0.5, 0.99, 1e-8, 1)));
        assertThat(Arrays.stream(images).sum()).isCloseTo(0.5, within(1e-12));
        assertThat(row(images, 0)).isCloseTo(0.5, within(1e-12));
        assertThat(images[TimeCoverage.BINS - 1]).isBetween(0.25, 0.3);
    }

    /** The published law draws neither the last interval nor u = T. */
    @Test
    void targetsFollowTheirLaw() {
        double[] images = of(new Denoising(IntervalLaw.Settings.paper(EndPoints.PUBLISHED)));
        double[] other = of(new Denoising(new IntervalLaw.Settings(EndPoints.INCLUDED, -1.1, 2, 0, 0, 0.5)));
        assertThat(row(other, TimeCoverage.BINS - 1))
                .isGreaterThan(0.45)
                .isGreaterThan(row(images, TimeCoverage.BINS - 1));
    }

    @Test
    void theShippedRecipeCoversWhatItsStepCosts() {
        TrainingConfig config = ConfigFile.read(Path.of("../configs/fashion-mnist.yaml"), TrainingConfig.class);
        List<LossTerm> terms = config.stages().get(1).terms();
        // Trajectories: 1/4 of 2 pairs; consistency 1 and soft 1/8; inversion 1/4; adversarial 1/2.
        assertThat(Arrays.stream(of(terms.toArray(LossTerm[]::new))).sum())
                .isCloseTo(0.5 + 1.125 + 0.25 + 0.5, within(1e-9));
    }
}
