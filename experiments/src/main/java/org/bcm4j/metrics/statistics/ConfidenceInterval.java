package org.bcm4j.metrics.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A mean over seeds and its 95 % confidence interval, for normally distributed figures (Student's t).
 *
 * @param mean the mean of the figures
 * @param low the interval's lower end
 * @param high the interval's upper end
 * @param figures the figures, in the order of their seeds
 */
public record ConfidenceInterval(double mean, double low, double high, List<Double> figures) {
    private static final double CONFIDENCE = 0.95;

    public ConfidenceInterval {
        figures = List.copyOf(figures);
    }

    /** The fewest figures for an interval. */
    public static final int LEAST = 2;

    /**
     * The interval of the given figures.
     *
     * @param figures at least 2
     * @throws IllegalArgumentException if there are fewer
     */
    public static ConfidenceInterval of(double... figures) {
        int count = figures.length;
        if (count < LEAST) {
            throw new IllegalArgumentException("an interval takes at least " + LEAST + " figures, not " + count);
        }
        double mean = Arrays.stream(figures).average().orElseThrow();
        double errors = TDistribution.of(count - 1.0).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
        double half = errors * StandardDeviation.of(figures).getAsDouble() / Math.sqrt(count);
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
