package org.bcm4j.metrics;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The uncertainty of figures by the bootstrap. The measured images are resampled with replacement, the same number each
 * time, and the figure is computed for each such set.
 *
 * @param seed seeds the resampling; one seed draws the same images for all figures of the same number of images
 */
public record Bootstrap(long seed) {
    static final int MEAN_RESAMPLES = 1000;

    /**
     * Enough for a standard error (Efron and Tibshirani, section 6.4). Each resample needs the square root of a
     * covariance.
     */
    static final int DISTANCE_RESAMPLES = 200;

    /** The most numbers kept for resampling: 64 MiB as float32. */
    static final long MOST_NUMBERS = 1L << 24;

    private static final double CONFIDENCE = 0.95;

    /** The 97.5 % quantile of the normal distribution. */
    private static final double DEVIATIONS = 1.959964;

    /**
     * Bounds of a mean: quantiles of the means of 1,000 resampled sets.
     *
     * @param values one value for each image, at least 1
     */
    public Bounds mean(double... values) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[MEAN_RESAMPLES];
        for (int set = 0; set < means.length; set++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[set] = sum / values.length;
        }
        Arrays.sort(means);
        int outside = (int) Math.round((1 - CONFIDENCE) / 2 * MEAN_RESAMPLES);
        return new Bounds(means[outside], means[MEAN_RESAMPLES - 1 - outside]);
    }

    /**
     * Bounds of a Fréchet distance: 1.96 standard errors to both sides, and at least 0. The standard error is that of
     * the distances of 200 resampled sets. Their quantiles would not do, because images that are drawn twice raise a
     * set's distance. Only the samples are resampled, not the real images. The bounds show how much other samples would
     * differ; they do not correct the upward bias of small sets.
     *
     * @param features float [n,D] of the samples, row by row
     * @param reference moments of the real images
     * @param distance the distance between the two
     */
    public Bounds distance(float[] features, FeatureMoments reference, double distance) {
        SplittableRandom random = new SplittableRandom(seed);
        FrechetDistance law = new FrechetDistance(reference.mean(), reference.covariance());
        int length = reference.mean().length;
        int count = features.length / length;
        double[] distances = new double[DISTANCE_RESAMPLES];
        try (Scope scope = Scope.open()) {
            Tensor rows = HostTensors.ofFloats(features, count, length).to(ScalarType.Double);
            // Centred, so that the sums of squares below are no larger than the spread that they measure.
            Tensor centre = rows.mean(0);
            Tensor centred = rows.sub(centre);
            for (int set = 0; set < distances.length; set++) {
                double[] times = new double[count];
                for (int i = 0; i < count; i++) {
                    times[random.nextInt(count)]++;
                }
                distances[set] = distance(centre, centred, times, law);
            }
        }
        double half = DEVIATIONS * deviation(distances);
        return new Bounds(Math.max(0, distance - half), distance + half);
    }

    /** The distance of the set that holds each row {@code times} times. */
    private static double distance(Tensor centre, Tensor centred, double[] times, FrechetDistance law) {
        try (Scope scope = Scope.open()) {
            Tensor weighted = centred.mul(HostTensors.ofDoubles(times, times.length, 1));
            Tensor shift = weighted.sum(0).div(scalar((double) times.length));
            Tensor scatter = weighted.t().mm(centred).sub(shift.outer(shift).mul(scalar((double) times.length)));
            return law.from(
                    HostTensors.doubles(centre.add(shift)),
                    HostTensors.doubles(scatter.div(scalar(times.length - 1.0))));
        }
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return Math.sqrt(squares / (values.length - 1));
    }
}
