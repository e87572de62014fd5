package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bcm4j.training.terms.IntervalLaw.Settings;

class IntervalLawTest {
    @Property(tries = 100)
    void lawsAreLaws(
            @ForAll @IntRange(min = 3, max = 400) int points,
            @ForAll EndPoints endPoints,
            @ForAll @DoubleRange(min = -6.2, max = 4.3) double logMean,
            @ForAll @DoubleRange(min = 0.01, max = 100) double logStd,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 1) double uniformIntervals,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 1) double uniformTargets,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 0.9) double endTargets,
            @ForAll @IntRange(max = 398) int intervalSeed) {
        Settings settings = new Settings(endPoints, logMean, logStd, uniformIntervals, uniformTargets, endTargets);
        IntervalLaw law = new IntervalLaw(new TimeGrid(points), settings);
        int n = intervalSeed % (points - 1);
        assertIsLaw(law.intervals(), points - 1);
        assertIsLaw(law.targetsGiven(n), points);
        assertThat(law.targetsGiven(n)[n + 1]).isZero();
    }

    /** All of the mass lies in the last interval, which the published code never draws. */
    @Example
    void aLawThatLeavesNothingIsEven() {
        Settings narrow = new Settings(EndPoints.PUBLISHED, 1.01, 0.01, 0, 0, 0);
        IntervalLaw law = new IntervalLaw(new TimeGrid(3), narrow);
        assertThat(law.intervals()).containsExactly(1, 0);
        assertThat(law.targetsGiven(0)).containsExactly(0.5, 0, 0.5);
    }

    private static void assertIsLaw(double[] law, int size) {
        assertThat(law).hasSize(size);
        assertThat(Arrays.stream(law).allMatch(p -> p >= 0)).isTrue();
        assertThat(Arrays.stream(law).sum()).isBetween(1 - 1e-12, 1 + 1e-12);
    }

    /** What a quantile draws is possible, and quantiles in the middle of an outcome's mass draw that outcome. */
    @Property(tries = 100)
    void quantilesDrawTheLaw(
            @ForAll @IntRange(min = 3, max = 400) int points,
            @ForAll EndPoints endPoints,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 1, maxIncluded = false) double quantile,
            @ForAll @IntRange(max = 398) int intervalSeed) {
        IntervalLaw law = new IntervalLaw(new TimeGrid(points), Settings.paper(endPoints));
        int n = intervalSeed % (points - 1);
        double[] intervals = law.intervals();
        double[] targets = law.targetsGiven(n);
        for (double extreme : new double[] {0, quantile, Math.nextDown(1.0)}) {
            assertThat(intervals[law.interval(extreme)]).isPositive();
            assertThat(targets[law.target(extreme, n)]).isPositive();
        }
        int drawn = law.target(quantile, n);
        double below = Arrays.stream(targets, 0, drawn).sum();
        assertThat(quantile).isBetween(below - 1e-12, below + targets[drawn] + 1e-12);
    }

    /** The search draws what the law given the interval says, whatever the settings: the same as going through it from below. */
    @Property(tries = 300)
    void targetsAreDrawnByTheLawGivenTheInterval(
            @ForAll @IntRange(min = 3, max = 400) int points,
            @ForAll EndPoints endPoints,
            @ForAll @DoubleRange(min = -6.2, max = 4.3) double logMean,
            @ForAll @DoubleRange(min = 0.01, max = 10) double logStd,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 1) double uniformTargets,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 0.9) double endTargets,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 1, maxIncluded = false) double quantile,
            @ForAll @IntRange(max = 398) int intervalSeed) {
        Settings settings = new Settings(endPoints, logMean, logStd, 0, uniformTargets, endTargets);
        IntervalLaw law = new IntervalLaw(new TimeGrid(points), settings);
        int n = intervalSeed % (points - 1);
        double[] targets = law.targetsGiven(n);
        int drawn = law.target(quantile, n);
        for (double extreme : new double[] {0, quantile, Math.nextDown(1.0)}) {
            assertThat(targets[law.target(extreme, n)]).isPositive();
        }
        double below = Arrays.stream(targets, 0, drawn).sum();
        // Sums of 400 numbers below 1, some of them divided by what a narrow law leaves: 1e-9 at the worst.
        assertThat(quantile).isBetween(below - 1e-9, below + targets[drawn] + 1e-9);
    }

    /** Inversion ends at T and generation starts there, so both are drawn; the published code draws neither. */
    @Property(tries = 20)
    void theLargestTimeIsDrawnUnlessAsPublished(@ForAll @IntRange(min = 3, max = 400) int points) {
        IntervalLaw included = new IntervalLaw(new TimeGrid(points), Settings.paper(EndPoints.INCLUDED));
        IntervalLaw published = new IntervalLaw(new TimeGrid(points), Settings.paper(EndPoints.PUBLISHED));
        assertThat(included.intervals()[points - 2]).isPositive();
        assertThat(included.targetsGiven(0)[points - 1]).isPositive();
        assertThat(published.intervals()[points - 2]).isZero();
        assertThat(published.targetsGiven(0)[points - 1]).isZero();
    }

    @Property(tries = 20)
    void sharesMixUniformly(@ForAll @IntRange(min = 3, max = 100) int points) {
        IntervalLaw uniform = new IntervalLaw(new TimeGrid(points), new Settings(EndPoints.INCLUDED, -1.1, 2, 1, 1, 0));
        assertThat(uniform.intervals()[0]).isBetween(1.0 / (points - 1) - 1e-12, 1.0 / (points - 1) + 1e-12);
        // One of the points, the interval's upper end, is left out.
        assertThat(uniform.targetsGiven(0)[0]).isBetween(1.0 / (points - 1) - 1e-12, 1.0 / (points - 1) + 1e-12);
    }

    /** Half of the mass lies on either side of the median, exp(P_mean), but for the intervals that the grid cuts off or that hold it. */
    @Property(tries = 50)
    void theMedianIsTheExponentialOfItsLogarithmsMean(@ForAll @DoubleRange(min = -3, max = 1.5) double logMean) {
        TimeGrid grid = new TimeGrid(2000);
        double[] law = new IntervalLaw(grid, new Settings(EndPoints.INCLUDED, logMean, 0.5, 0, 0, 0)).intervals();
        double below = IntStream.range(0, law.length)
                .filter(n -> grid.time(n + 1) < Math.exp(logMean))
                .mapToDouble(n -> law[n])
                .sum();
        // An interval of a 2000-point grid spans at most 1.2 % of its time, 1.0 % of this law's mass.
        assertThat(below).isBetween(0.49, 0.5);
    }

    @Example
    void aLawThatMissesTheGridIsRefused() {
        assertThatThrownBy(() -> new Settings(EndPoints.INCLUDED, 5, 2, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Settings(EndPoints.INCLUDED, -1.1, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Example
    void sharesLieBetweenZeroAndOne() {
        assertThatThrownBy(() -> new Settings(EndPoints.INCLUDED, -1.1, 2, 1.1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Settings(EndPoints.INCLUDED, -1.1, 2, 0, -0.1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        // Nothing but u = T would leave the last interval, which excludes T, without a target.
        assertThatThrownBy(() -> new Settings(EndPoints.INCLUDED, -1.1, 2, 0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
