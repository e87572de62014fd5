package org.bcm4j.metrics.edits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.FeatureTraining;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On an untrained model, which gives images of almost nothing but black and grey, so that some figures are known beforehand. */
class EditingEvaluationTest {
    private static final LabelledImages IMAGES = TinyData.images(230, 4);

    /** Straight back, this model would forget the noise. */
    private static final RecommendedWalks WALKS =
            RecommendedWalks.UNTUNED.with(RecommendedWalks.Purpose.INTERPOLATE, 2, "0 +0.07 > 6 > 80 > 1.2 > 0");

    private static TrainedModel untrained() {
        AdmConfig network = new AdmConfig(
                8, 1, 2, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, Conditioning.JOINT, 2, true, true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, ModelKind.BIDIRECTIONAL, network, "tiny", List.of());
        try (SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            Weights weights = Weights.initialized(network.build().layout(), generator, testDevice());
            return new TrainedModel(config, weights, testDevice(), Precision.FP32);
        }
    }

    @Test
    void everyEditIsMeasured(@TempDir Path folder) {
        new FeatureTraining(0, 20)
                .run(TinyData.images(256, 1), TinyData.images(50, 2), folder.resolve("f"), (step, steps, loss) -> {});
        EditingReport report;
        try (FeatureNetwork features = FeatureNetwork.open(folder.resolve("f"));
                TrainedModel model = untrained()) {
            Evaluation.Subject subject = new Evaluation.Subject(model, "0123", features, IMAGES, "tiny test");
            report = new EditingEvaluation(200, 2).run(subject, WALKS, Measuring.ALONE);
        }
        assertThat(report.inpainting())
                .extracting(EditingReport.Repair::nfe)
                .containsExactly(2, 3, 4, 2, 4, 6, 9, 12, 18);
        assertThat(report.inpainting())
                .extracting(EditingReport.Repair::changedKnown)
                .as("known pixels")
                .containsOnly(0L);
        // This model forgets what it was given: one walk leads to the same error whatever the compression was.
        assertThat(report.restoration()).hasSize(9);
        assertThat(report.restoration().get(6).meanSquaredError().mean())
                .isCloseTo(report.restoration().get(0).meanSquaredError().mean(), within(0.002));
        assertThat(report.restoration().get(0).damagedError())
                .as("quality 10 does more damage than 30")
                .isGreaterThan(report.restoration().get(8).damagedError());
        assertThat(report.interpolation())
                .extracting(EditingReport.Midpoints::initialNoise)
                .containsExactly("different", "shared");
        // Noises that share their beginning are nearly parallel in a model that only scales, so their midpoints differ.
        assertThat(report.interpolation().get(0).distance())
                .isNotEqualTo(report.interpolation().get(1).distance());
        areTheDifferencesOfTheMeans(report);
    }

    private static void areTheDifferencesOfTheMeans(EditingReport report) {
        // Inpainting in 2, 3 and 4 evaluations against 6, 9 and 12, by distance and by error; nine restorations;
        // midpoints.
        assertThat(report.claims()).hasSize(6 + 9 + 1);
        EditingReport.Repair ours = report.inpainting().get(2);
        EditingReport.Repair theirs = report.inpainting().get(7);
        EditingReport.Claim distance = report.claims().get(4);
        assertThat(distance.claim())
                .isEqualTo("inpainting in 4 NFE (" + ours.walk() + ") below consistency models' in 12: distance");
        assertThat(distance.difference().mean())
                .isCloseTo(theirs.distance().mean() - ours.distance().mean(), within(1e-9));
        EditingReport.Repair restored = report.restoration().get(8);
        assertThat(report.claims().get(14).difference().mean())
                .isCloseTo(restored.damagedDistance() - restored.distance().mean(), within(1e-9));
        for (EditingReport.Claim claim : report.claims()) {
            assertThat(claim.holds()).isEqualTo(claim.difference().low() > 0);
        }
    }

    @Test
    void everyInpaintingWalkIsComparedWithThreeTimesItsEvaluations() {
        assertThat(EditingEvaluation.consistencyModelNfe(WALKS)).containsExactly(2, 4, 6, 9, 12, 18);
        RecommendedWalks own = WALKS.with(RecommendedWalks.Purpose.INPAINT, 5, "0 +0.07 > 0.4 > 1 > 2 > 4 > 0");
        assertThat(EditingEvaluation.consistencyModelNfe(own)).containsExactly(2, 4, 6, 9, 12, 15, 18);
    }

    @Test
    void moreImagesThanThereAreAreRefusedFirst() {
        try (TrainedModel model = untrained()) {
            Evaluation.Subject subject =
                    new Evaluation.Subject(model, "0123", Optional.empty(), Optional.empty(), IMAGES, "tiny test");
            assertThatThrownBy(() -> new EditingEvaluation(231, 2).run(subject, WALKS, Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessage("there are 230 images in tiny test, not 231; ask for fewer");
        }
    }

    @Test
    void aMissingWalkIsNoticedBeforeTheWork() {
        try (TrainedModel model = untrained()) {
            Evaluation.Subject subject =
                    new Evaluation.Subject(model, "0123", Optional.empty(), Optional.empty(), IMAGES, "tiny test");
            assertThatThrownBy(() ->
                            new EditingEvaluation(200, 2).run(subject, RecommendedWalks.MULTISTEP, Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("holds no walk of 2 evaluations to noise to interpolate; add one");
        }
    }

    @Test
    void wantsImagesAndSeeds() {
        assertThatThrownBy(() -> new EditingEvaluation(10, 2)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new EditingEvaluation(200, 1)).isInstanceOf(UserException.class);
    }
}
