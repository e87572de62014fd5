package org.bcm4j.metrics.samples;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Bounds of a Fréchet distance by the {@link Bootstrap}. They are multiples of a standard error: quantiles would not
 * do, because images that are drawn twice raise a set's distance. Only the samples are resampled, not the real images.
 * The bounds show how much other samples would differ; they do not correct the upward bias of small sets.
 */
final class ResampledDistance {
    private ResampledDistance() {}

    /**
     * Bounds of a distance. It is at least 0, so the lower bound is too.
     *
     * @param features float [n,D] of the samples, row by row
     * @param reference moments of the real images
     * @param distance the distance between the two
     */
    static Bounds bounds(Bootstrap bootstrap, float[] features, FeatureMoments reference, double distance) {
        FrechetDistance law = new FrechetDistance(reference.mean(), reference.covariance());
        int length = reference.mean().length;
        int count = features.length / length;
        try (Scope scope = Scope.open()) {
            Tensor rows = HostTensors.ofFloats(features, count, length).to(ScalarType.Double);
            // Centred, so that the sums of squares below are no larger than the spread that they measure.
            Tensor centre = rows.mean(0);
            Tensor centred = rows.sub(centre);
            Bounds bounds = bootstrap.around(distance, count, times -> ofSet(centre, centred, times, law));
            return new Bounds(Math.max(0, bounds.low()), bounds.high());
        }
    }

    /** The distance of the set that holds each row {@code times} times. */
    private static double ofSet(Tensor centre, Tensor centred, double[] times, FrechetDistance law) {
        try (Scope scope = Scope.open()) {
            Tensor weighted = centred.mul(HostTensors.ofDoubles(times, times.length, 1));
            Tensor shift = weighted.sum(0).div(scalar((double) times.length));
            Tensor scatter = weighted.t().mm(centred).sub(shift.outer(shift).mul(scalar((double) times.length)));
            return law.from(
                    HostTensors.doubles(centre.add(shift)),
                    HostTensors.doubles(scatter.div(scalar(times.length - 1.0))));
        }
    }
}
