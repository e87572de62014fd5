package org.bcm4j.metrics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The squared Fréchet distance between two normal laws, ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), which with Inception
 * features is called FID.
 *
 * <p>The trace of (Σ₁Σ₂)^½ is the sum of the roots of the eigenvalues of the symmetric matrix Σ₁^½ Σ₂ Σ₁^½. That needs
 * no root of an unsymmetric matrix, so singular covariances, of few or equal images, are no special case.
 */
public final class FrechetDistance {
    private FrechetDistance() {}

    /**
     * Between Gaussians fitted to two sets of features.
     *
     * @return at least 0, in squared units of the features
     * @throws IllegalStateException if a set has fewer than two vectors
     * @throws IllegalArgumentException if a feature was not finite, or the vectors differ in length
     */
    public static double between(FeatureMoments first, FeatureMoments second) {
        return between(first.fit(), second.fit());
    }

    /**
     * Between Gaussians given by their means, [D], and covariances, row-major [D,D], such as other tools have stored.
     *
     * @throws IllegalArgumentException if lengths do not fit each other
     */
    public static double between(
            double[] firstMean, double[] firstCovariance, double[] secondMean, double[] secondCovariance) {
        return between(gaussian(firstMean, firstCovariance), gaussian(secondMean, secondCovariance));
    }

    private static Gaussian gaussian(double[] mean, double[] covariance) {
        int dimension = mean.length;
        if (covariance.length != dimension * dimension) {
            throw new IllegalArgumentException(
                    "a covariance of " + covariance.length + " numbers does not belong to a mean of " + dimension);
        }
        return new Gaussian(
                new DMatrixRMaj(dimension, 1, true, mean), new DMatrixRMaj(dimension, dimension, true, covariance));
    }

    static double between(Gaussian first, Gaussian second) {
        DMatrixRMaj step = new DMatrixRMaj(1, 1);
        CommonOps_DDRM.subtract(first.mean(), second.mean(), step);
        double shift = NormOps_DDRM.normF(step);
        double distance = shift * shift
                + CommonOps_DDRM.trace(first.covariance())
                + CommonOps_DDRM.trace(second.covariance())
                - 2 * traceOfRootOfProduct(first.covariance(), second.covariance());
        // Equal laws may come out below 0 by a rounding error.
        return Math.max(0, distance);
    }

    private static double traceOfRootOfProduct(DMatrixRMaj a, DMatrixRMaj b) {
        DMatrixRMaj root = root(a);
        DMatrixRMaj half = new DMatrixRMaj(1, 1);
        DMatrixRMaj product = new DMatrixRMaj(1, 1);
        CommonOps_DDRM.mult(root, b, half);
        CommonOps_DDRM.mult(half, root, product);
        EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(product, false);
        double trace = 0;
        for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
            trace += rootOfEigenvalue(eigen, i);
        }
        return trace;
    }

    /** The symmetric root of a covariance: V·Λ^½·Vᵀ. */
    private static DMatrixRMaj root(DMatrixRMaj covariance) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(covariance, true);
        DMatrixRMaj root = new DMatrixRMaj(covariance.getNumRows(), covariance.getNumCols());
        for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
            DMatrixRMaj vector = eigen.getEigenVector(i);
            CommonOps_DDRM.multAddTransB(rootOfEigenvalue(eigen, i), vector, vector, root);
        }
        return root;
    }

    /** Eigenvalues are not negative but for rounding. */
    private static double rootOfEigenvalue(EigenDecomposition_F64<DMatrixRMaj> eigen, int i) {
        return Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
    }

    private static EigenDecomposition_F64<DMatrixRMaj> decompose(DMatrixRMaj symmetric, boolean vectors) {
        if (MatrixFeatures_DDRM.hasUncountable(symmetric)) {
            throw new IllegalArgumentException("the features are not finite");
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen =
                DecompositionFactory_DDRM.eig(symmetric.getNumRows(), vectors, true);
        if (!eigen.decompose(symmetric.copy())) {
            throw new IllegalStateException("the eigenvalues of a covariance did not converge");
        }
        return eigen;
    }
}
