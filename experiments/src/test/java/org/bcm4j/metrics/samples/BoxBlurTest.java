package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;

class BoxBlurTest {
    /** Of a white pixel's nine, four lie inside the image at a corner, six at an edge; the others are black. */
    @Test
    void blackLiesBeyondTheBorder() {
        float[] white = new float[9];
        Arrays.fill(white, 1);
        float corner = -1 + 2 * 4 / 9f;
        float edge = -1 + 2 * 6 / 9f;

        assertThat(blurred(white))
                .containsExactly(
                        new float[] {corner, edge, corner, edge, 1, edge, corner, edge, corner}, within(1e-6f));
    }

    @Test
    void onePixelSpreadsOverNine() {
        float[] point = new float[9];
        Arrays.fill(point, -1);
        point[4] = 1;
        float[] spread = new float[9];
        Arrays.fill(spread, -1 + 2 / 9f);

        assertThat(blurred(point)).containsExactly(spread, within(1e-6f));
    }

    private static float[] blurred(float[] image) {
        try (Scope scope = Scope.open()) {
            return HostTensors.floats(BoxBlur.apply(HostTensors.ofFloats(image, 1, 1, 3, 3)));
        }
    }
}
