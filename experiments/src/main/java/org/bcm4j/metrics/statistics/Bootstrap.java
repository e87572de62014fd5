package org.bcm4j.metrics.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The uncertainty of figures by the bootstrap. The measured images are resampled with replacement, the same number each
 * time, and the figure is computed for each such set.
 *
 * @param seed seeds the resampling; one seed draws the same images for all figures of the same number of images
 */
public record Bootstrap(long seed) {
    /** Enough for quantiles of a mean. */
    private static final int SETS_FOR_QUANTILES = 1000;

    /** Enough for a standard error (Efron and Tibshirani, section 6.4). */
    private static final int SETS_FOR_ERROR = 200;

    private static final double CONFIDENCE = 0.95;

    /** The 97.5 % quantile of the normal distribution, 1.96. */
    private static final double ERRORS = NormalDistribution.of(0, 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2);

    /**
     * Bounds of a mean: quantiles of the means of 1,000 resampled sets.
     *
     * @param values one value for each image, at least 1
     */
    public Bounds mean(double... values) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[SETS_FOR_QUANTILES];
        for (int set = 0; set < means.length; set++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[set] = sum / values.length;
        }
        Arrays.sort(means);
        int outside = (int) Math.round((1 - CONFIDENCE) / 2 * means.length);
        return new Bounds(means[outside], means[means.length - 1 - outside]);
    }

    /**
     * Bounds of a figure that is too expensive for quantiles: 1.96 standard errors to both sides. The standard error is
     * that of the figures of 200 resampled sets.
     *
     * @param figure the figure of all images
     * @param count the number of images, at least 1
     * @param ofSet computes the figure of a resampled set; takes how many times the set holds each image, [count]
     */
    public Bounds around(double figure, int count, ToDoubleFunction<double[]> ofSet) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] figures = new double[SETS_FOR_ERROR];
        for (int set = 0; set < figures.length; set++) {
            double[] times = new double[count];
            for (int i = 0; i < count; i++) {
                times[random.nextInt(count)]++;
            }
            figures[set] = ofSet.applyAsDouble(times);
        }
        double half = ERRORS * StandardDeviation.of(figures).getAsDouble();
        return new Bounds(figure - half, figure + half);
    }
}
