package org.bcm4j.training.terms;

import java.util.List;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TimeGrid;

/**
 * How many images of a batch train f(x, t, u) at which pairs (t, u), as the paper's Fig. 14 shows it. Pairs are counted in
 * square bins whose edges lie evenly in t^(1/7) and u^(1/7), as a time grid does.
 */
public final class TimeCoverage {
    /** The number of bins in each direction: three points of a grid of N = 81 in each. */
    public static final int BINS = 27;

    private static final double CURVATURE = 1.0 / 7;

    private final TimeGrid grid;
    private final double[] images = new double[BINS * BINS];

    private TimeCoverage(TimeGrid grid) {
        this.grid = grid;
    }

    /**
     * The coverage of some terms together.
     *
     * @param points N, the number of points of the time grid
     */
    public static TimeCoverage of(List<LossTerm> terms, int points) {
        TimeCoverage coverage = new TimeCoverage(new TimeGrid(points));
        terms.forEach(term -> term.cover(coverage));
        return coverage;
    }

    /** The expected images of a batch of one, by row of equal u and in it by t, both ascending; length BINS². */
    public double[] images() {
        return images.clone();
    }

    TimeGrid grid() {
        return grid;
    }

    /** Counts a share of a batch at one pair. */
    void add(double t, double u, double share) {
        images[bin(u) * BINS + bin(t)] += share;
    }

    private static int bin(double time) {
        double first = Math.pow(NoiseScales.SIGMA_MIN, CURVATURE);
        double last = Math.pow(NoiseScales.SIGMA_MAX, CURVATURE);
        double place = (Math.pow(time, CURVATURE) - first) / (last - first);
        return (int) Math.max(0, Math.min(BINS - 1, place * BINS));
    }

    /** Counts f(x_{n+1}, t_{n+1}, 0) with intervals from a law. */
    void addToTimeZero(IntervalLaw.Settings times, double share) {
        double[] intervals = new IntervalLaw(grid, times).intervals();
        for (int n = 0; n < intervals.length; n++) {
            add(grid.time(n + 1), NoiseScales.SIGMA_MIN, share * intervals[n]);
        }
    }

    /** Counts f(x_{n+1}, t_{n+1}, u) with intervals and targets from a law. */
    void addToTargets(IntervalLaw.Settings times, double share) {
        IntervalLaw law = new IntervalLaw(grid, times);
        double[] intervals = law.intervals();
        for (int n = 0; n < intervals.length; n++) {
            double[] targets = law.targetsGiven(n);
            for (int j = 0; j < targets.length; j++) {
                add(grid.time(n + 1), grid.time(j), share * intervals[n] * targets[j]);
            }
        }
    }
}
