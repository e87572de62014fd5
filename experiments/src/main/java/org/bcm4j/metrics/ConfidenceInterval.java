package org.bcm4j.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A mean over seeds and its 95 % confidence interval, for normally distributed figures (Student's t).
 *
 * @param mean the mean of the figures
 * @param low the interval's lower end
 * @param high the interval's upper end
 * @param figures the figures, in the order of their seeds
 */
public record ConfidenceInterval(double mean, double low, double high, List<Double> figures) {
    /** The 97.5 % quantile of Student's t with 1 to 9 degrees of freedom. */
    private static final double[] QUANTILES = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    public ConfidenceInterval {
        figures = List.copyOf(figures);
    }

    /** The fewest figures for an interval; {@link #MOST} is the largest number. */
    static final int LEAST = 2;

    static final int MOST = QUANTILES.length + 1;

    /**
     * The interval of the given figures.
     *
     * @param figures 2 to 10 of them
     */
    public static ConfidenceInterval of(double... figures) {
        int count = figures.length;
        if (count < LEAST || count > MOST) {
            throw new IllegalArgumentException("an interval takes 2 to 10 figures, not " + count);
        }
        double mean = Arrays.stream(figures).average().orElseThrow();
        double squares = Arrays.stream(figures)
                .map(figure -> (figure - mean) * (figure - mean))
                .sum();
        double half = QUANTILES[count - 2] * Math.sqrt(squares / (count - 1) / count);
        return new ConfidenceInterval(
                mean, mean - half, mean + half, Arrays.stream(figures).boxed().toList());
    }

    /**
     * The interval of this figure minus another, seed by seed. Whatever the figures of a seed share, such as its
     * images, cancels.
     *
     * @param other a figure of the same seeds
     * @param factor multiplies the other figure
     */
    public ConfidenceInterval minus(ConfidenceInterval other, double factor) {
        if (figures.size() != other.figures.size()) {
            throw new IllegalArgumentException(
                    figures.size() + " and " + other.figures.size() + " figures cannot come from the same seeds");
        }
        return of(IntStream.range(0, figures.size())
                .mapToDouble(seed -> figures.get(seed) - factor * other.figures.get(seed))
                .toArray());
    }
}
