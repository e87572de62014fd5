package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelKind;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingEstimate;
import org.bcm4j.training.TrainingSpeed;
import org.bcm4j.training.terms.BidirectionalConsistency;
import org.bcm4j.training.terms.BidirectionalConsistency.SoftTarget;
import org.bcm4j.training.terms.Consistency;
import org.bcm4j.training.terms.Denoising;
import org.bcm4j.training.terms.EdmDenoising;
import org.bcm4j.training.terms.EdmLoss;
import org.bcm4j.training.terms.IntervalLaw;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bcm4j.training.terms.InversionConsistency;
import org.bcm4j.training.terms.LossTerm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
    private static final double SECONDS_PER_IMAGE = 0.001;

    /** Fashion-MNIST's. */
    private static final long TEST_IMAGES = 10_000;

    @TempDir
    private Path folder;

    private ExperimentFile experiment = new ExperimentFile(Path.of(""), List.of());

    @BeforeEach
    void writeExperiment() throws IOException {
        Path file = folder.resolve("tiny.yaml");
        Files.writeString(file, """
                training:
                  data: {kind: fashion-mnist}
                  network: {image_size: 8, image_channels: 1, width: 8, multipliers: [1], blocks: 1, attention: [], head_width: 8, conditioning: joint}
                  batch_size: 4
                  stable_targets: 8
                  stages:
                    - steps: 1
                      terms: [{kind: denoising}]
                      curriculum: {kind: doubling, s0: 2, s1: 4}
                    - steps: 1
                      terms:
                        - {kind: bidirectional-consistency, consistency_weight_floor: 2, soft_share: 0.5, soft_times: {log_mean: 1}}
                        - {kind: inversion-consistency, weight: 0.3, share: 0.5}
                      curriculum: {kind: doubling, s0: 2, s1: 4}
                warm_up_share: 0.3
                """);
        experiment = new ExperimentFile(file, List.of());
    }

    @Test
    void theRunsShareTheTimeAndTheAblationsTheirSteps() {
        assertThat(Arrays.stream(Run.values()).mapToDouble(Run::share).sum()).isCloseTo(1, within(1e-12));
        Plan plan = new Plan(10, SECONDS_PER_IMAGE);
        double planned = 0;
        for (Run run : Run.values()) {
            TrainingConfig config = plan.config(experiment, run);
            double seconds = TrainingEstimate.of(config).seconds(new TrainingSpeed(1, SECONDS_PER_IMAGE));
            planned += seconds;
            assertThat(config.stages()).hasSize(run == Run.BCM || run == Run.ICT ? 2 : 1);
            if (!run.isAblation()) {
                // Less than a step is lost to whole numbers, of warm-up and objective each; a fifth is kept for the
                // rest.
                assertThat(seconds).as(run.title()).isBetween(plan.seconds(run) / 1.2 - 0.1, plan.seconds(run) / 1.2);
            }
        }
        assertThat(plan.config(experiment, Run.EQ8).totalSteps())
                .isEqualTo(plan.config(experiment, Run.EQ9).totalSteps())
                .isEqualTo(plan.config(experiment, Run.NO_CT).totalSteps())
                .isEqualTo(plan.config(experiment, Run.INVERSION).totalSteps());
        assertThat(planned).isLessThan(0.62 * 10 * 60);
    }

    @Test
    void aRunDiffersFromBcmInWhatItSays() {
        Plan plan = new Plan(10, SECONDS_PER_IMAGE);
        TrainingConfig ict = plan.config(experiment, Run.ICT);
        IntervalLaw.Settings times = IntervalLaw.Settings.paper(EndPoints.INCLUDED);
        assertThat(terms(ict)).containsExactly(new Consistency(2, times));
        assertThat(ict.stages().get(0).terms()).containsExactly(new Denoising(times));
        assertThat(ict.model()).isEqualTo(ModelKind.CONSISTENCY);
        BidirectionalConsistency paper = bidirectional(SoftTarget.EQ9, true);
        assertThat(terms(plan.config(experiment, Run.BCM)))
                .containsExactly(paper, new InversionConsistency(0.3, 0.5, 0.75));
        assertThat(terms(plan.config(experiment, Run.EQ9))).containsExactly(paper);
        assertThat(terms(plan.config(experiment, Run.NO_CT))).containsExactly(bidirectional(SoftTarget.EQ9, false));
        assertThat(terms(plan.config(experiment, Run.EQ8))).containsExactly(bidirectional(SoftTarget.EQ8, true));
        assertThat(terms(plan.config(experiment, Run.INVERSION))).containsExactly(paper, InversionConsistency.usual());
        TrainingConfig edm = plan.config(experiment, Run.EDM);
        assertThat(edm.model()).isEqualTo(ModelKind.DENOISER);
        assertThat(terms(edm)).containsExactly(new EdmDenoising(EdmLoss.EDM));
    }

    private static List<LossTerm> terms(TrainingConfig config) {
        return ReproductionConfig.objective(config).terms();
    }

    private static BidirectionalConsistency bidirectional(SoftTarget target, boolean consistencyTerm) {
        return new BidirectionalConsistency(
                target,
                consistencyTerm,
                2,
                0,
                0.5,
                IntervalLaw.Settings.paper(EndPoints.INCLUDED),
                Optional.of(new IntervalLaw.Settings(EndPoints.INCLUDED, 1, 2, 0, 0, 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    warm_up_share=0 | training needs as its stages the objective alone, as warm_up_share is 0
                    training.stages=[{steps: 1, terms: [{kind: denoising}]}] | training needs as its stages a warm-up and the objective
                    training.network.classes=2 | training needs null_class: true in its network
                    training.network={image_size: 8, image_channels: 1, width: 8, multipliers: [1], blocks: 1, attention: [], head_width: 8, conditioning: joint, classes: 2, null_class: true} | training needs a label_dropout above 0
                    training.stages.1.terms=[{kind: inversion-consistency}] | training needs in its last stage the term bidirectional-consistency
                    """)
    void stagesThatAreNoExperimentAreRefused(String setting, String message) {
        Path file = folder.resolve("tiny.yaml");
        assertThatThrownBy(() -> new ExperimentFile(file, List.of(setting)).read())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theShippedExperimentCanBePlanned() {
        ExperimentFile shipped = new ExperimentFile(Path.of("../configs/reproduction.yaml"), List.of());
        for (Run run : Run.values()) {
            assertThat(new Plan(45, SECONDS_PER_IMAGE).config(shipped, run).totalSteps())
                    .as(run.title())
                    .isPositive();
        }
    }

    @Test
    void aPlanStands() {
        Plan plan = Plan.of(folder, experiment, Optional.of(3.0), 45);
        assertThat(Plan.of(folder, experiment, Optional.empty(), 45)).isEqualTo(plan);
        assertThatThrownBy(() -> Plan.of(folder, experiment, Optional.of(4.0), 45))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("were planned for 3.0 minutes; omit --budget to continue");
    }

    @Test
    void refusesABudgetThatIsTooShortForAStep() {
        assertThatThrownBy(() -> Plan.of(folder, experiment, Optional.of(1e-6), 45))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is too short for one step");
        assertThat(folder.resolve("plan.json")).doesNotExist();
    }

    @Test
    void whatTrainingLeavesIsMeasuredIn() {
        Plan plan = new Plan(45, 0.004);
        Measuring measuring = plan.measuring(folder, 0.62 * 45 * 60, TEST_IMAGES);
        // 45 · 60 · 0.38 s at 0.004 / 3 · 1.2 s an evaluation, less what is fixed.
        double evaluations = Stage.all(measuring, Optional.empty()).stream()
                .mapToDouble(Stage::evaluations)
                .sum();
        assertThat(evaluations).isCloseTo(601_250, within(10_000.0)); // the t-SNE's images are not scaled
        assertThat(plan.measuring(folder, 0, TEST_IMAGES)).as("stands").isEqualTo(measuring);
        assertThat(ConfigFile.read(folder.resolve("measuring.json"), Measuring.class))
                .isEqualTo(measuring);
    }

    /** The measuring of one stage must not decide how much is measured once the other runs are trained too. */
    @Test
    void aChoiceBeforeAllRunsAreTrainedIsNotKept() {
        Plan plan = new Plan(45, 0.004);
        Measuring planned = plan.provisional(folder, TEST_IMAGES);
        assertThat(folder.resolve("measuring.json")).doesNotExist();
        Measuring after = plan.measuring(folder, 0.7 * 45 * 60, TEST_IMAGES);
        assertThat(after.samples()).isLessThan(planned.samples());
        assertThat(plan.provisional(folder, TEST_IMAGES)).as("stands").isEqualTo(after);
    }

    @Test
    void stepsOfEarlierSessionsTookTimeToo() {
        Plan plan = new Plan(10, SECONDS_PER_IMAGE);
        assertThat(plan.seconds(Run.BCM, 30, 40)).isCloseTo(0.75 * plan.seconds(Run.BCM), within(1e-9));
        assertThat(plan.seconds(Run.BCM, 0, 40)).isZero();
    }

    @Test
    void trainingThatTookTooLongLeavesSomething() {
        Measuring measuring = new Plan(0.001, 10).measuring(folder, 1e6, TEST_IMAGES);
        assertThat(measuring).isEqualTo(new Measuring(5, 2, 2, 2, 2, 2, 10, 80));
    }

    @Test
    void eachSeedHasTestImagesOfItsOwn() {
        Measuring usual = Measuring.USUAL.scaled(100, 1000);
        assertThat(usual.inverted()).isEqualTo(200);
        assertThat(usual.edited()).isEqualTo(200);
        assertThat(usual.pairs()).isEqualTo(100);
        assertThat(usual.samples()).as("are no test images").isEqualTo(100_000);
        usual.requireOwnImages(1000);
        assertThatThrownBy(() -> usual.requireOwnImages(999))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "measuring: 5 seeds, each with its own images, need 1000 test images, and there are 999; set"
                                + " fewer seeds, inverted, edited or pairs (of two images each) in measuring");
    }
}
