package org.bcm4j.metrics.samples;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.stream.IntStream;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The squared Fréchet distance between two normal distributions, ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½). With Inception
 * features it is called FID. An instance measures distributions against a fixed one and computes its square root only
 * once.
 *
 * <p>The trace of (Σ₁Σ₂)^½ is the sum of the square roots of the eigenvalues of the symmetric matrix Σ₁^½ Σ₂ Σ₁^½. That
 * avoids the square root of an asymmetric matrix, so singular covariances, from few or equal images, are no special
 * case.
 */
final class FrechetDistance {
    private final double[] mean;
    private final double trace;
    /** The symmetric square root of the covariance, row-major. */
    private final double[] root;

    /**
     * The distance to a distribution, such as one stored by another tool. It has a mean [D] and a covariance [D,D],
     * row-major and possibly singular.
     *
     * @throws IllegalArgumentException if the lengths do not match, or a number is not finite
     */
    FrechetDistance(double[] mean, double[] covariance) {
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
     * The distance between Gaussians fitted to two sets of features.
     *
     * @return at least 0, in squared units of the features
     * @throws IllegalStateException if a set has fewer than two vectors
     * @throws IllegalArgumentException if a feature was not finite, or the vectors differ in length
     */
    static double between(FeatureMoments first, FeatureMoments second) {
        return between(first.mean(), first.covariance(), second.mean(), second.covariance());
    }

    /** Same as {@link #from}, for two given distributions. */
    static double between(
            double[] firstMean, double[] firstCovariance, double[] secondMean, double[] secondCovariance) {
        return new FrechetDistance(firstMean, firstCovariance).from(secondMean, secondCovariance);
    }

    /**
     * The distance from another distribution, given in the same format.
     *
     * @return at least 0
     * @throws IllegalArgumentException if lengths do not match, or a number is not finite
     */
    double from(double[] otherMean, double[] otherCovariance) {
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
        // Rounding errors can make the distance of equal distributions negative.
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

    /**
     * Square roots of the eigenvalues of a matrix without negative ones. Those that rounding may have made count as zero:
     * their roots would be eight digits larger than they, so that the order in which features were added would show.
     */
    private static Tensor rootsOf(Tensor eigenvalues) {
        double rounding = eigenvalues.numel() * Math.ulp(eigenvalues.max().item_double());
        return eigenvalues
                .masked_fill(eigenvalues.le(scalar(rounding)), scalar(0.0))
                .sqrt();
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
