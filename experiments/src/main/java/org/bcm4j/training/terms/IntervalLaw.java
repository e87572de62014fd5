package org.bcm4j.training.terms;

import static org.bcm4j.config.Requirement.require;

import java.util.Arrays;
import org.apache.commons.numbers.gamma.Erf;
import org.bcm4j.config.Default;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TimeGrid;

/**
 * The distribution of the interval [t_n, t_{n+1}] of a time grid and of the target grid point u (docs/method.md §4,
 * "Interval law"). An interval has the probability mass of a log-normal law. Indices start at 0.
 */
public final class IntervalLaw {
    /** Which end points can be drawn. */
    public enum EndPoints {
        /** t = T and u = T can be drawn too. For targets, each interval's mass is shared between its two ends. */
        INCLUDED,
        /** The published code's choice: the last interval is never drawn, and u ends at the second-to-last point. */
        PUBLISHED
    }

    private final double[] interval;
    private final double[] target;
    private final double[] cumulativeInterval;
    private final double[] cumulativeTarget;

    /**
     * The law's parameters, and mixtures that spread it. The paper's law alone rarely draws large times (its own Fig.
     * 14).
     *
     * @param endPoints which end points can be drawn
     * @param logMean P_mean, the mean of log t; the paper's is −1.1
     * @param logStd P_std, the standard deviation of log t; the paper's is 2
     * @param uniformIntervals share of the intervals that is drawn uniformly over the grid, in [0,1]
     * @param uniformTargets share of the other targets u that is drawn uniformly over the grid's points, in [0,1]
     * @param endTargets share of the targets u = T, in [0,1). It is below 1 because the last interval excludes T and
     *     needs other targets
     */
    public record Settings(
            @Default("included") EndPoints endPoints,
            @Default("-1.1") double logMean,
            @Default("2.0") double logStd,
            @Default("0.0") double uniformIntervals,
            @Default("0.0") double uniformTargets,
            @Default("0.0") double endTargets) {
        public Settings {
            require(
                    logMean >= Math.log(NoiseScales.SIGMA_MIN) && logMean <= Math.log(NoiseScales.SIGMA_MAX),
                    "log_mean",
                    "must lie between the logarithms of 0.002 and 80, is " + logMean);
            require(
                    logStd > 0 && logStd < Double.POSITIVE_INFINITY,
                    "log_std",
                    "must be positive and finite, is " + logStd);
            require(
                    uniformIntervals >= 0 && uniformIntervals <= 1,
                    "uniform_intervals",
                    "must lie in [0,1], is " + uniformIntervals);
            require(
                    uniformTargets >= 0 && uniformTargets <= 1,
                    "uniform_targets",
                    "must lie in [0,1], is " + uniformTargets);
            require(endTargets >= 0 && endTargets < 1, "end_targets", "must lie in [0,1), is " + endTargets);
        }

        /** (log t − P_mean) / (√2·P_std). */
        private double standardized(double t) {
            return (Math.log(t) - logMean) / (Math.sqrt(2) * logStd);
        }

        /** The paper's laws. */
        public static Settings paper(EndPoints endPoints) {
            return new Settings(endPoints, -1.1, 2, 0, 0, 0);
        }
    }

    public IntervalLaw(TimeGrid grid, Settings settings) {
        EndPoints ends = settings.endPoints();
        double[] below = new double[grid.points()];
        Arrays.setAll(below, i -> Erf.value(settings.standardized(grid.time(i))));
        double[] mass = new double[grid.points() - 1];
        Arrays.setAll(mass, n -> below[n + 1] - below[n]);
        interval = ends == EndPoints.PUBLISHED ? without(mass.length - 1, mass) : normalized(mass);
        mix(interval, settings.uniformIntervals());
        double[] byLaw =
                normalized(ends == EndPoints.PUBLISHED ? Arrays.copyOf(mass, grid.points()) : sharedBetweenEnds(mass));
        target = byLaw;
        mix(target, settings.uniformTargets());
        Arrays.setAll(target, j -> (1 - settings.endTargets()) * target[j]);
        target[grid.points() - 1] += settings.endTargets();
        cumulativeInterval = cumulative(interval);
        cumulativeTarget = cumulative(target);
    }

    private static void mix(double[] law, double uniformShare) {
        Arrays.setAll(law, i -> (1 - uniformShare) * law[i] + uniformShare / law.length);
    }

    /**
     * The law conditional on one outcome being excluded. Uniform over the other outcomes if a narrow law gives them no
     * mass.
     */
    private static double[] without(int excluded, double[] mass) {
        double[] kept = mass.clone();
        kept[excluded] = 0;
        if (Arrays.stream(kept).sum() == 0) {
            Arrays.fill(kept, 1);
            kept[excluded] = 0;
        }
        return normalized(kept);
    }

    private static double[] sharedBetweenEnds(double[] mass) {
        double[] points = new double[mass.length + 1];
        for (int n = 0; n < mass.length; n++) {
            points[n] += mass[n] / 2;
            points[n + 1] += mass[n] / 2;
        }
        return points;
    }

    private static double[] normalized(double[] mass) {
        double sum = Arrays.stream(mass).sum();
        return Arrays.stream(mass).map(m -> m / sum).toArray();
    }

    /** Sequential sums: the bits of a parallel prefix sum would depend on the number of cores. */
    private static double[] cumulative(double[] mass) {
        double[] sums = new double[mass.length];
        double sum = 0;
        for (int i = 0; i < mass.length; i++) {
            sum += mass[i];
            sums[i] = sum;
        }
        return sums;
    }

    /** p(n), n in [0, N−1): the probability of the interval [t_n, t_{n+1}]. */
    public double[] intervals() {
        return interval.clone();
    }

    /** p(j | n), j in [0, N): the probability of u = t_j given the interval n. The upper end t_{n+1} is excluded. */
    public double[] targetsGiven(int n) {
        return without(n + 1, target);
    }

    /** The interval at quantile {@code uniform} in [0,1). */
    public int interval(double uniform) {
        double total = cumulativeInterval[cumulativeInterval.length - 1];
        return search(cumulativeInterval, Math.min(uniform * total, Math.nextDown(total)));
    }

    /** The target index at quantile {@code uniform} in [0,1), given the interval. */
    public int target(double uniform, int n) {
        int excluded = n + 1;
        double total = cumulativeTarget[cumulativeTarget.length - 1];
        double below = cumulativeTarget[n];
        double rest = total - (cumulativeTarget[excluded] - below);
        if (rest <= 0) { // a narrow law gives the other points no mass
            int other = (int) (uniform * (target.length - 1));
            return other < excluded ? other : other + 1;
        }
        double level = uniform * rest;
        double through = cumulativeTarget[excluded];
        // The bounds stop rounding from reaching the excluded point or passing the last point that has mass.
        if (level < below || through >= total) {
            return search(cumulativeTarget, Math.min(level, Math.nextDown(below)));
        }
        return search(cumulativeTarget, Math.min(Math.max(level + through - below, through), Math.nextDown(total)));
    }

    /**
     * The first index whose cumulative mass exceeds the level. The level is below the total, so the index always has
     * mass.
     */
    private static int search(double[] cumulative, double level) {
        int low = 0;
        int high = cumulative.length - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (cumulative[middle] > level) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
