package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.FeatureTraining;
import org.bcm4j.metrics.Measuring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealImagesTest {
    @Test
    void realImagesAreNearerToThemselvesThanToTheirBlur(@TempDir Path folder) {
        new FeatureTraining(0, 20)
                .run(TinyData.images(256, 1), TinyData.images(50, 2), folder.resolve("f"), (step, steps, loss) -> {});
        LabelledImages images = TinyData.images(230, 4);
        try (FeatureNetwork features = FeatureNetwork.open(folder.resolve("f"))) {
            RealImages real = RealImages.measure(features, images, 230, Measuring.ALONE);

            assertThat(real.accuracy()).hasValue(1.0);
            assertThat(real.blurredDistance()).isPositive();
            assertThat(FrechetDistance.between(real.moments(), real.moments()))
                    .isLessThan(1e-6 * real.blurredDistance());
        }
    }
}
