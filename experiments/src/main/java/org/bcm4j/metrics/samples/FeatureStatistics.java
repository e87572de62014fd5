package org.bcm4j.metrics.samples;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Mean and covariance of features in the usual file format: an {@code .npz} file with {@code mu} [D] and {@code sigma}
 * [D,D], in double precision.
 */
final class FeatureStatistics {
    private static final String MEAN = "mu";
    private static final String COVARIANCE = "sigma";

    private final double[] mean;
    private final double[] covariance;
    /** Created on first use, because it takes the square root of the covariance. */
    private Optional<FrechetDistance> law = Optional.empty();

    private FeatureStatistics(double[] mean, double[] covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    /** @throws IllegalStateException if the moments are of fewer than two vectors */
    static FeatureStatistics of(FeatureMoments moments) {
        return new FeatureStatistics(moments.mean(), moments.covariance());
    }

    /** @throws UserException if the file holds no statistics */
    static FeatureStatistics read(Path file) {
        try (Scope scope = Scope.open()) {
            Set<String> names = NumpyFiles.names(file);
            if (!names.containsAll(Set.of(MEAN, COVARIANCE))) {
                throw new UserException(file + ": holds no statistics (arrays mu and sigma), only " + names);
            }
            Tensor mu = NumpyFiles.readNpz(file, MEAN);
            Tensor sigma = NumpyFiles.readNpz(file, COVARIANCE);
            long length = mu.numel();
            if (mu.dim() != 1 || !Arrays.equals(sigma.shape(), new long[] {length, length})) {
                throw new UserException(file + ": mu and sigma do not fit each other; they are "
                        + Arrays.toString(mu.shape()) + " and " + Arrays.toString(sigma.shape()));
            }
            if (!mu.isfinite().all().item_bool() || !sigma.isfinite().all().item_bool()) {
                throw new UserException(
                        file + ": its mu and sigma hold values that are not finite; compute the statistics again");
            }
            return new FeatureStatistics(
                    HostTensors.doubles(mu.to(ScalarType.Double)), HostTensors.doubles(sigma.to(ScalarType.Double)));
        }
    }

    /**
     * These statistics, if their features have a length.
     *
     * @param file the file that they come from
     * @throws UserException if the features have another length
     */
    FeatureStatistics requireLength(int length, Path file) {
        if (mean.length != length) {
            throw new UserException(file + ": holds statistics of features of length " + mean.length
                    + ", but those of the given Inception network have length " + length
                    + "; give statistics made with its weights");
        }
        return this;
    }

    /** Writes the file atomically. */
    void write(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            arrays.put(MEAN, HostTensors.ofDoubles(mean, mean.length));
            arrays.put(COVARIANCE, HostTensors.ofDoubles(covariance, mean.length, mean.length));
            NumpyFiles.writeNpz(file, arrays);
        }
    }

    private FrechetDistance law() {
        FrechetDistance made = law.orElseGet(() -> new FrechetDistance(mean, covariance));
        law = Optional.of(made);
        return made;
    }

    /**
     * The Fréchet distance to other statistics. It is the FID if both are of Inception features.
     *
     * @throws UserException if the features differ in length
     */
    double distanceTo(FeatureStatistics others) {
        if (mean.length != others.mean.length) {
            throw new UserException("statistics of features of length " + mean.length + " and " + others.mean.length
                    + " cannot be compared; were they made with other networks?");
        }
        return others.law().from(mean, covariance);
    }
}
