package org.bcm4j.metrics.noise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.junit.jupiter.api.Test;

class NoiseQualityTest {
    private static final int SIDE = 6;

    @Test
    void ofMoreNoisesThanEnoughTheFirstAreMeasured() {
        int count = 4002;
        byte[] pixels = new byte[count * SIDE * SIDE];
        new Random(1).nextBytes(pixels);
        LabelledImages images = new LabelledImages(pixels, new int[count], 1, SIDE, SIDE, List.of("one class"));
        try (Scope scope = Scope.open()) {
            NoiseQuality quality = NoiseQuality.of(
                    ImageNoise.from(0, 0, Device.CPU).start(new long[] {count, 1, SIDE, SIDE}), images, 0);
            assertThat(quality.figures().noises()).isEqualTo(4000);
        }
    }
}
