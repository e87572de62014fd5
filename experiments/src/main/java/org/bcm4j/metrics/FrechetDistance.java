package org.bcm4j.metrics;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.stream.IntStream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The squared Fréchet distance between two normal laws, ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), which with Inception
 * features is called FID. An instance measures laws against one, whose root it takes once.
 *
 * <p>The trace of (Σ₁Σ₂)^½ is the sum of the roots of the eigenvalues of the symmetric matrix Σ₁^½ Σ₂ Σ₁^½. That needs
 * no root of an unsymmetric matrix, so singular covariances, of few or equal images, are no special case.
 */
public final class FrechetDistance {
    private final double[] mean;
    private final double trace;
    /** The symmetric root of the covariance, row-major. */
    private final double[] root;

    /**
     * To the law of a mean, [D], and a covariance, row-major [D,D] and possibly singular, such as other tools have stored.
     *
     * @throws IllegalArgumentException if their lengths do not fit each other, or a number is not finite
     */
    public FrechetDistance(double[] mean, double[] covariance) {
        requireCovariance(mean, covariance);
        this.mean = mean.clone();
        trace = trace(covariance, mean.length);
        try (Scope scope = Scope.open();
                NoGradients noGradient = new NoGradients()) {
            // V·Λ^½·Vᵀ.
            T_TensorTensor_T eigen = torch.linalg_eigh(square(covariance, mean.length));
            Tensor vectors = eigen.get1();
            root = HostTensors.doubles(vectors.mul(rootsOf(eigen.get0())).mm(vectors.t()));
        }
    }

    /**
     * Between Gaussians fitted to two sets of features.
     *
     * @return at least 0, in squared units of the features
     * @throws IllegalStateException if a set has fewer than two vectors
     * @throws IllegalArgumentException if a feature was not finite, or the vectors differ in length
     */
    public static double between(FeatureMoments first, FeatureMoments second) {
        return between(first.mean(), first.covariance(), second.mean(), second.covariance());
    }

    /** As {@link #from}. */
    public static double between(
            double[] firstMean, double[] firstCovariance, double[] secondMean, double[] secondCovariance) {
        return new FrechetDistance(firstMean, firstCovariance).from(secondMean, secondCovariance);
    }

    /**
     * From another law, given in the same way.
     *
     * @return at least 0
     * @throws IllegalArgumentException if lengths do not fit each other, or a number is not finite
     */
    public double from(double[] otherMean, double[] otherCovariance) {
        requireCovariance(otherMean, otherCovariance);
        int dimension = mean.length;
        if (otherMean.length != dimension) {
            throw new IllegalArgumentException("laws of " + dimension + " and " + otherMean.length + " numbers");
        }
        double distance = trace + trace(otherCovariance, dimension) - 2 * traceOfRootOfProduct(otherCovariance);
        for (int i = 0; i < dimension; i++) {
            double step = mean[i] - otherMean[i];
            distance += step * step;
        }
        // Equal laws may come out below 0 by a rounding error.
        return Math.max(0, distance);
    }

    private static double trace(double[] covariance, int dimension) {
        return IntStream.range(0, dimension)
                .mapToDouble(i -> covariance[i * (dimension + 1)])
                .sum();
    }

    private double traceOfRootOfProduct(double[] otherCovariance) {
        try (Scope scope = Scope.open();
                NoGradients noGradient = new NoGradients()) {
            Tensor half = square(root, mean.length);
            Tensor product = half.mm(square(otherCovariance, mean.length)).mm(half);
            return rootsOf(torch.linalg_eigvalsh(product)).sum().item_double();
        }
    }

    /** Eigenvalues are not negative but for rounding. */
    private static Tensor rootsOf(Tensor eigenvalues) {
        return eigenvalues.clamp_min(scalar(0.0)).sqrt();
    }

    private static Tensor square(double[] matrix, int dimension) {
        return HostTensors.ofDoubles(matrix, dimension, dimension);
    }

    private static void requireCovariance(double[] mean, double[] covariance) {
        int dimension = mean.length;
        if (covariance.length != dimension * dimension) {
            throw new IllegalArgumentException(
                    "a covariance of " + covariance.length + " numbers does not belong to a mean of " + dimension);
        }
        for (double value : covariance) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("the features are not finite");
            }
        }
    }
}
