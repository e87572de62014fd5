package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureStatisticsTest {
    @TempDir
    Path directory;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private Path file(Map<String, Tensor> arrays) {
        Path file = directory.resolve("statistics.npz");
        NumpyFiles.writeNpz(file, arrays);
        return file;
    }

    private static Tensor numbers(double... values) {
        return HostTensors.ofDoubles(values, values.length);
    }

    /** Between laws of one covariance it is the squared distance of the means. */
    @Test
    void onlyTheStatisticsAreReadOfAFile() {
        Tensor sigma = numbers(2, 0, 0, 2).view(2, 2);
        FeatureStatistics some =
                FeatureStatistics.read(file(Map.of("mu", numbers(0, 0), "sigma", sigma, "count", numbers(7))));
        FeatureStatistics others = FeatureStatistics.read(file(Map.of("mu", numbers(3, 4), "sigma", sigma)));
        assertThat(some.distanceTo(others)).isCloseTo(25, Offset.offset(1e-9));
    }

    @Test
    void whatIsNoStatisticsIsRefusedByName() {
        Tensor sigma = numbers(1, 0, 0, 1).view(2, 2);
        refused(Map.of("mu", numbers(0, 0)), "holds no statistics (arrays mu and sigma), only [mu]");
        refused(Map.of("mu", numbers(0, 0, 0), "sigma", sigma), "mu and sigma do not fit each other");
        refused(Map.of("mu", numbers(0, Double.NaN), "sigma", sigma), "hold values that are not finite");
        refused(
                Map.of("mu", numbers(0, 0), "sigma", sigma.div(numbers(0))),
                "hold values that are not finite; compute the statistics again");
    }

    private void refused(Map<String, Tensor> arrays, String message) {
        Path file = file(arrays);
        assertThatThrownBy(() -> FeatureStatistics.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }
}
