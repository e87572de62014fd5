package org.bcm4j.model;

import static org.bcm4j.model.NoiseScales.RHO;
import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import java.util.Arrays;

/**
 * The N noise scales t_1 = σ_min &lt; … &lt; t_N = T of consistency training (docs/method.md §4, "Grid"). Indices here
 * start at 0.
 */
public final class TimeGrid {
    private final double[] times;

    /** @param points N, at least 2 */
    public TimeGrid(int points) {
        this(points, 0);
    }

    private TimeGrid(int points, double shift) {
        if (points < 2) {
            throw new IllegalArgumentException("a time grid needs at least 2 points, not " + points);
        }
        double low = Math.pow(SIGMA_MIN, 1 / RHO);
        double high = Math.pow(SIGMA_MAX, 1 / RHO);
        times = new double[points];
        Arrays.setAll(times, i -> {
            double place = i == 0 || i == points - 1 ? i : i + shift;
            return Math.pow(low + place / (points - 1) * (high - low), RHO);
        });
    }

    /**
     * A grid of as many points whose inner points are moved. The first and the last stay.
     *
     * @param shift in the distance between points, which is even in t^(1/ρ); above −1 and below 1
     */
    public TimeGrid shifted(double shift) {
        if (!(Math.abs(shift) < 1)) {
            throw new IllegalArgumentException("a shift must lie above -1 and below 1, is " + shift);
        }
        return new TimeGrid(times.length, shift);
    }

    /** The number of points N. */
    public int points() {
        return times.length;
    }

    /** The noise scale t_i, i in [0,N). */
    public double time(int i) {
        return times[i];
    }
}
