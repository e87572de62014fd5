package org.bcm4j.metrics.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.walk.Walk;
import org.junit.jupiter.api.Test;

/**
 * On an untrained model, whose network gives 0 and which therefore only scales: f(x,t,u) = c_skip(t,u)·x. What comes
 * out can be computed by hand.
 */
class InversionQualityTest {
    private static final LabelledImages IMAGES = TinyData.images(230, 4);
    private static final Walk INVERSION = Walk.parse("0 +0.5 > 80");

    @Test
    void anInversionIsMeasuredAsComputedByHand() {
        try (TrainedModel model = UntrainedModels.bidirectional(2, true)) {
            InversionQuality.Figures figures = new InversionQuality(model, IMAGES, 230, 7, Measuring.ALONE)
                    .of(INVERSION, InversionQuality.Labels.TRUE);

            double out = (0.5 * 80 + 0.25) / (0.5 * 0.5 + 0.25);
            double back = (80 * 0.002 + 0.25) / (80 * 80 + 0.25);
            // x + 0.5 z comes back as a hundredth of it, so the error is nearly the mean square of x itself.
            assertThat(out * back).isLessThan(0.01);
            assertThat(figures.meanSquaredError())
                    .isCloseTo(TinyData.meanSquare(IMAGES) / 4, Percentage.withPercentage(2));
            assertThat(figures.peakSignalToNoise())
                    .hasValueSatisfying(decibels ->
                            assertThat(decibels).isCloseTo(-10 * Math.log10(figures.meanSquaredError()), within(1e-9)));
            assertThat(figures.noiseMean()).isCloseTo(out / 80 * TinyData.mean(IMAGES), within(0.01));
            double variance = TinyData.meanSquare(IMAGES) - TinyData.mean(IMAGES) * TinyData.mean(IMAGES) + 0.5 * 0.5;
            assertThat(figures.noiseStandardDeviation())
                    .isCloseTo(out / 80 * Math.sqrt(variance), Percentage.withPercentage(2));
            assertThat(figures.regeneration()).isEqualTo("80 > 0");
            assertThat(figures.nfe()).isEqualTo(1);
        }
    }

    @Test
    void similarityIsMeasuredOfImagesThatHoldItsWindow() {
        LabelledImages images = new LabelledImages(new byte[20 * 12 * 12], new int[20], 1, 12, 12, List.of("black"));
        try (TrainedModel model = UntrainedModels.bidirectional(12, 0, false)) {
            InversionQuality quality =
                    new InversionQuality(model, images, 20, 7, Optional.of(new Bootstrap(7)), false, Measuring.ALONE);
            InversionQuality.Figures figures = quality.of(INVERSION, InversionQuality.Labels.NULL);
            // What comes back is nearly grey: black against grey has no structure in common.
            double similarity = figures.structuralSimilarity().orElseThrow();
            assertThat(similarity).isBetween(0.0, 0.1);
            assertThat(figures.structuralSimilarityBounds())
                    .hasValueSatisfying(bounds -> assertThat(similarity).isBetween(bounds.low(), bounds.high()));
            Bounds error = figures.meanSquaredErrorBounds().orElseThrow();
            Bounds decibels = figures.peakSignalToNoiseBounds().orElseThrow();
            assertThat(decibels.low()).isEqualTo(ReconstructionError.peakSignalToNoise(error.high()));
        }
    }
}
