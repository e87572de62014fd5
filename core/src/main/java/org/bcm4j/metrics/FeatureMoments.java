package org.bcm4j.metrics;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Mean and covariance of feature vectors that arrive in batches, in double precision. Batches are centred on their own
 * mean and merged with what is there by Chan's formula, so no sum of squares is ever larger than the spread it
 * measures.
 */
public final class FeatureMoments {
    private final int dimension;
    private final DMatrixRMaj mean;
    /** Sum of (x − mean)(x − mean)ᵀ over all vectors. */
    private final DMatrixRMaj scatter;

    private long count;

    /** @param dimension length of a feature vector, at least 1 */
    public FeatureMoments(int dimension) {
        if (dimension < 1) {
            throw new IllegalArgumentException("feature vectors need at least 1 number, not " + dimension);
        }
        this.dimension = dimension;
        this.mean = new DMatrixRMaj(dimension, 1);
        this.scatter = new DMatrixRMaj(dimension, dimension);
    }

    /**
     * Takes in a batch.
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
                    column(HostTensors.doubles(centre)),
                    new DMatrixRMaj(
                            dimension,
                            dimension,
                            true,
                            HostTensors.doubles(centred.t().mm(centred))));
        }
    }

    private void merge(long added, DMatrixRMaj addedMean, DMatrixRMaj addedScatter) {
        long total = count + added;
        DMatrixRMaj step = new DMatrixRMaj(dimension, 1);
        CommonOps_DDRM.subtract(addedMean, mean, step);
        CommonOps_DDRM.addEquals(scatter, addedScatter);
        CommonOps_DDRM.multAddTransB((double) count * added / total, step, step, scatter);
        CommonOps_DDRM.addEquals(mean, (double) added / total, step);
        count = total;
    }

    private static DMatrixRMaj column(double[] values) {
        return new DMatrixRMaj(values.length, 1, true, values);
    }

    /** How many vectors there were. */
    public long count() {
        return count;
    }

    /** The mean vector, [D]. */
    public double[] mean() {
        return mean.getData().clone();
    }

    /**
     * The unbiased covariance, row-major [D,D].
     *
     * @throws IllegalStateException if there were fewer than two vectors
     */
    public double[] covariance() {
        return fit().covariance().getData().clone();
    }

    /** The Gaussian of this mean and covariance. */
    Gaussian fit() {
        if (count < 2) {
            throw new IllegalStateException("a covariance needs at least 2 feature vectors, not " + count);
        }
        DMatrixRMaj covariance = scatter.copy();
        CommonOps_DDRM.scale(1.0 / (count - 1), covariance);
        return new Gaussian(mean.copy(), covariance);
    }
}
