package org.bcm4j.metrics.samples;

import java.io.Serializable;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Mean and covariance of feature vectors that arrive in batches, in double precision. Each batch is centred on its own
 * mean and merged by Chan's formula, so that no sum of squares is ever larger than the spread it measures. Parts of the
 * vectors can be gathered in different processes and then be merged. Not thread-safe.
 */
public final class FeatureMoments implements Serializable {
    private static final long serialVersionUID = 1;

    private final int dimension;
    private final double[] mean;
    /** Sum of (x − mean)(x − mean)ᵀ over all vectors, row-major. */
    private final double[] scatter;

    private long count;

    /** @param dimension length of a feature vector, at least 1 */
    public FeatureMoments(int dimension) {
        if (dimension < 1) {
            throw new IllegalArgumentException("feature vectors need at least 1 number, not " + dimension);
        }
        this.dimension = dimension;
        this.mean = new double[dimension];
        this.scatter = new double[Math.multiplyExact(dimension, dimension)];
    }

    /**
     * Adds a batch.
     *
     * @param features floating point [B,D], B at least 1
     * @throws IllegalArgumentException if D is not the dimension
     */
    public void add(Tensor features) {
        if (features.dim() != 2 || features.size(1) != dimension || features.size(0) < 1) {
            throw new IllegalArgumentException("expected feature vectors [B," + dimension + "]");
        }
        try (Scope scope = Scope.open()) {
            Tensor rows = features.detach().to(ScalarType.Double);
            Tensor centre = rows.mean(0);
            Tensor centred = rows.sub(centre);
            merge(
                    features.size(0),
                    HostTensors.doubles(centre),
                    HostTensors.doubles(centred.t().mm(centred)));
        }
    }

    /**
     * Adds all vectors of another instance.
     *
     * @throws IllegalArgumentException if those have another dimension
     */
    public void add(FeatureMoments others) {
        if (others.dimension != dimension) {
            throw new IllegalArgumentException(
                    "feature vectors of " + dimension + " and " + others.dimension + " numbers cannot be merged");
        }
        if (others.count > 0) {
            merge(others.count, others.mean, others.scatter);
        }
    }

    private void merge(long added, double[] addedMean, double[] addedScatter) {
        long total = count + added;
        double weight = (double) count * added / total;
        double[] step = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            step[i] = addedMean[i] - mean[i];
        }
        for (int i = 0; i < dimension; i++) {
            double weighted = weight * step[i];
            int row = i * dimension;
            for (int j = 0; j < dimension; j++) {
                scatter[row + j] += addedScatter[row + j] + weighted * step[j];
            }
            mean[i] += step[i] * added / total;
        }
        count = total;
    }

    /** The number of vectors so far. */
    public long count() {
        return count;
    }

    /** The mean vector, [D]. */
    public double[] mean() {
        return mean.clone();
    }

    /**
     * The unbiased covariance, row-major [D,D].
     *
     * @throws IllegalStateException if there were fewer than two vectors
     */
    public double[] covariance() {
        if (count < 2) {
            throw new IllegalStateException("a covariance needs at least 2 feature vectors, not " + count);
        }
        double[] covariance = scatter.clone();
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] /= count - 1;
        }
        return covariance;
    }

    /**
     * The squared Fréchet distance between Gaussians fitted to these vectors and to others. With Inception features it
     * is the FID.
     *
     * @return at least 0, in squared units of the features
     * @throws IllegalStateException if one of the two has fewer than two vectors
     * @throws IllegalArgumentException if a feature was not finite, or the vectors differ in length
     */
    public double distanceTo(FeatureMoments others) {
        return FrechetDistance.between(this, others);
    }
}
