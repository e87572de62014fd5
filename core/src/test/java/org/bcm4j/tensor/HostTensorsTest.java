package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.nio.channels.Channels;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostTensorsTest {
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
    void arraysComeBack() {
        byte[] bytes = {0, 1, (byte) 255};
        float[] floats = {-1.5f, 0, 1e30f};
        double[] doubles = {Math.PI, -0.0};
        long[] longs = {Long.MIN_VALUE, 7};

        assertThat(HostTensors.bytes(HostTensors.ofBytes(bytes, 3))).isEqualTo(bytes);
        assertThat(HostTensors.floats(HostTensors.ofFloats(floats, 3, 1))).isEqualTo(floats);
        assertThat(HostTensors.doubles(HostTensors.ofDoubles(doubles, 2))).isEqualTo(doubles);
        assertThat(HostTensors.longs(HostTensors.ofLongs(longs, 2))).isEqualTo(longs);
    }

    @Test
    void bytesAreUnsignedAndConvert() {
        Tensor bytes = HostTensors.ofBytes(new byte[] {(byte) 200, 3}, 2);
        assertThat(HostTensors.floats(bytes)).containsExactly(200, 3);
        assertThat(HostTensors.longs(bytes)).containsExactly(200, 3);
    }

    @Test
    void readsViewsInRowMajorOrder() {
        Tensor transposed =
                HostTensors.ofLongs(new long[] {1, 2, 3, 4, 5, 6}, 2, 3).t();
        assertThat(transposed.shape()).containsExactly(3, 2);
        assertThat(HostTensors.longs(transposed)).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void readsWhatNeedsAGradient() {
        Tensor weights = HostTensors.ofFloats(new float[] {2}, 1).set_requires_grad(true);
        assertThat(HostTensors.floats(weights)).containsExactly(2);
    }

    @Test
    void emptyTensorsAreTensors() {
        Tensor empty = HostTensors.ofFloats(new float[0], 0, 3);
        assertThat(empty.shape()).containsExactly(0, 3);
        assertThat(HostTensors.floats(empty)).isEmpty();
    }

    @Test
    void refusesAShapeThatDoesNotFit() {
        assertThatThrownBy(() -> HostTensors.ofFloats(new float[5], 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("5 values do not fill the shape [2, 3]");
    }

    @Test
    void reportsAChannelThatEnds() {
        assertThatThrownBy(() -> HostTensors.read(
                        Channels.newChannel(new ByteArrayInputStream(new byte[7])), ScalarType.Float, 2))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void survivesTheScopeOfItsMaker() {
        Tensor made = Scope.returning(() -> HostTensors.ofLongs(new long[] {42}, 1));
        assertThat(HostTensors.longs(made)).containsExactly(42);
    }
}
