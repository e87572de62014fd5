package org.bcm4j.metrics;

import java.util.Arrays;

/**
 * A mean over seeds, and where it lies with 95 % confidence if figures of seeds are normally distributed (Student's t).
 *
 * @param mean of the figures
 * @param low the interval's lower end
 * @param high its upper end
 */
public record Interval(double mean, double low, double high) {
    /** The 97.5 % quantile of Student's t with 1 to 9 degrees of freedom. */
    private static final double[] QUANTILES = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    /** How many figures an interval can be made of. */
    static final int LEAST = 2;

    static final int MOST = QUANTILES.length + 1;

    /**
     * The interval of some figures.
     *
     * @param figures 2 to 10 of them
     */
    public static Interval of(double... figures) {
        int count = figures.length;
        if (count < LEAST || count > MOST) {
            throw new IllegalArgumentException("an interval takes 2 to 10 figures, not " + count);
        }
        double mean = Arrays.stream(figures).average().orElseThrow();
        double squares = Arrays.stream(figures)
                .map(figure -> (figure - mean) * (figure - mean))
                .sum();
        double half = QUANTILES[count - 2] * Math.sqrt(squares / (count - 1) / count);
        return new Interval(mean, mean - half, mean + half);
    }

    /** Whether all that this interval holds is less than all that the other holds. */
    public boolean isBelow(Interval other) {
        return high < other.low;
    }
}
