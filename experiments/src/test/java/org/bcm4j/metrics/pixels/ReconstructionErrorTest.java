package org.bcm4j.metrics.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconstructionErrorTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void theScaleIsThatOfPixelsFrom0To1() {
        double[] errors = ReconstructionError.perImage(images(2, -1, -1, 0, 0), images(2, 1, 1, 0, 0.2f));

        assertThat(errors[0]).isEqualTo(1);
        assertThat(errors[1]).isCloseTo(0.1 * 0.1 / 2, within(1e-9));
    }

    @Test
    void reconstructionsAreClamped() {
        assertThat(ReconstructionError.perImage(images(1, 1, -1), images(1, 7, -3)))
                .containsExactly(0);
    }

    @Test
    void batchesCountByTheirImages() {
        ReconstructionError error = new ReconstructionError();
        error.add(images(1, -1, -1), images(1, 1, 1));
        error.add(images(3, 0, 0, 0, 0, 0, 0), images(3, 0, 0, 0, 0, 0, 0));

        assertThat(error.meanSquared()).isEqualTo(0.25);
    }

    @Test
    void twentyDecibelsAreATenth() {
        assertThat(ReconstructionError.peakSignalToNoise(0.01)).isCloseTo(20, within(1e-12));
        assertThat(ReconstructionError.peakSignalToNoise(0)).isPositive().isInfinite();
    }

    @Test
    void refusesToCompareWhatDoesNotMatch() {
        Tensor two = images(2, 0, 0);
        Tensor one = images(1, 0, 0);
        assertThatThrownBy(() -> ReconstructionError.perImage(two, one)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(new ReconstructionError()::meanSquared).isInstanceOf(IllegalStateException.class);
    }

    private static Tensor images(int count, float... values) {
        return HostTensors.ofFloats(values, count, 1, 1, values.length / count);
    }
}
