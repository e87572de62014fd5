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
import org.bcm4j.model.Preconditioning;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.BidirectionalConsistency;
import org.bcm4j.training.Consistency;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingEstimate;
import org.bcm4j.training.TrainingSpeed;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
    private static final double SECONDS_PER_IMAGE = 0.001;

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
                  objective: {kind: bidirectional-consistency, consistency_weight_floor: 2, soft_share: 0.5}
                  steps: 1
                  batch_size: 4
                  stable_targets: 8
                  soft_times: {log_mean: 1}
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
            assertThat(config.warmUpSteps() > 0).isEqualTo(run == Run.BCM || run == Run.ICT);
            if (!run.isAblation()) {
                // Less than a step is lost to whole numbers, of warm-up and objective each; a fifth is kept for the
                // rest.
                assertThat(seconds).as(run.title()).isBetween(plan.seconds(run) / 1.2 - 0.1, plan.seconds(run) / 1.2);
            }
        }
        assertThat(plan.config(experiment, Run.EQ8).steps())
                .isEqualTo(plan.config(experiment, Run.EQ9).steps())
                .isEqualTo(plan.config(experiment, Run.NO_CT).steps());
        assertThat(planned).isLessThan(0.62 * 10 * 60);
    }

    @Test
    void aRunDiffersFromBcmInWhatItSays() {
        Plan plan = new Plan(10, SECONDS_PER_IMAGE);
        TrainingConfig ict = plan.config(experiment, Run.ICT);
        assertThat(ict.objective()).isEqualTo(new Consistency(2));
        assertThat(ict.preconditioning()).isEqualTo(Preconditioning.CONSISTENCY);
        assertThat(plan.config(experiment, Run.NO_CT).objective())
                .isEqualTo(new BidirectionalConsistency(BidirectionalConsistency.SoftTarget.EQ9, false, 2, 0, 0.5));
        assertThat(plan.config(experiment, Run.EQ8).objective())
                .isEqualTo(new BidirectionalConsistency(BidirectionalConsistency.SoftTarget.EQ8, true, 2, 0, 0.5));
        assertThat(plan.config(experiment, Run.EDM).preconditioning()).isEqualTo(Preconditioning.DENOISER);
    }

    @Test
    void theShippedExperimentCanBePlanned() {
        ExperimentFile shipped = new ExperimentFile(Path.of("../configs/reproduction.yaml"), List.of());
        for (Run run : Run.values()) {
            assertThat(new Plan(45, SECONDS_PER_IMAGE).config(shipped, run).steps())
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
                .hasMessageContaining("were planned for 3.0 minutes; leave --budget away to go on");
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
        Measuring measuring = plan.measuring(folder, 0.62 * 45 * 60);
        // 45 · 60 · 0.38 s at 0.004 / 3 · 1.2 s an evaluation, less what is fixed.
        double evaluations = Stage.all(measuring, Optional.empty()).stream()
                .mapToDouble(Stage::evaluations)
                .sum();
        assertThat(evaluations).isCloseTo(601_250, within(10_000.0)); // the t-SNE's images are not scaled
        assertThat(plan.measuring(folder, 0)).as("stands").isEqualTo(measuring);
        assertThat(ConfigFile.read(folder.resolve("measuring.json"), Measuring.class))
                .isEqualTo(measuring);
    }

    @Test
    void trainingThatTookTooLongLeavesSomething() {
        Measuring measuring = new Plan(0.001, 10).measuring(folder, 1e6);
        assertThat(measuring).isEqualTo(new Measuring(5, 2, 2, 2, 2, 2, 10, 80));
    }
}
