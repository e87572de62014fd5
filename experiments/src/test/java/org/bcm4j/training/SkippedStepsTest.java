package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.Map;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.NoGradients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that have diverged do not recover by skipping: the run goes back. A burst passes. */
class SkippedStepsTest {
    @TempDir
    Path directory;

    @Test
    void aHundredSkippedStepsInARowAreTooManyAndABurstIsNot() {
        StepOutcome made = new StepOutcome(false, Map.of(), Map.of());
        StepOutcome skipped = new StepOutcome(true, Map.of(), Map.of());
        SkippedSteps steps = new SkippedSteps(directory);
        for (int burst = 0; burst < 3; burst++) {
            for (int i = 0; i < 99; i++) {
                assertThat(steps.add(skipped)).isFalse();
            }
            assertThat(steps.add(made)).isFalse();
        }
        for (int i = 0; i < 99; i++) {
            assertThat(steps.add(skipped)).isFalse();
        }
        assertThat(steps.add(skipped)).isTrue();
    }

    /** In fp16 a step is skipped now and then, by design. */
    @Test
    void aBurstBeginsAtTenSkippedSteps() {
        StepOutcome skipped = new StepOutcome(true, Map.of(), Map.of());
        SkippedSteps steps = new SkippedSteps(directory);
        for (int i = 0; i < 9; i++) {
            steps.add(skipped);
            assertThat(steps.lastSkipped()).isTrue();
            assertThat(steps.inBurst()).isFalse();
        }
        steps.add(skipped);
        assertThat(steps.inBurst()).isTrue();
        steps.add(new StepOutcome(false, Map.of(), Map.of()));
        assertThat(steps.inBurst()).isFalse();
        assertThat(steps.lastSkipped()).isFalse();
    }

    @Test
    void weightsThatAreNotFiniteComeFromTheCheckpointAgain() {
        TrainingConfig config = config("stages.1.steps=200");
        Path run = directory.resolve("run");
        try (Trainer trainer = Trainer.start(config, run)) {
            boolean complete = trainer.run(new EachStep(record -> {
                if (record.step() == 55 && trainer.state.batch() == 55) {
                    damage(trainer);
                }
            }));
            assertThat(complete).isTrue();
            // From the checkpoint of step 50, behind the hundred batches that were skipped.
            assertThat(trainer.state.batch()).isEqualTo(trainer.stepsDone() + 105);
            assertThat(trainer.state.weights.values.flat().isfinite().all().item_bool())
                    .isTrue();
        }
    }

    @Test
    void aRunThatDivergesAgainAndAgainEnds() {
        TrainingConfig config = config("stages.1.steps=600");
        Path run = directory.resolve("run");
        try (Trainer trainer = Trainer.start(config, run)) {
            assertThatThrownBy(() -> trainer.run(new EachStep(record -> {
                        if (record.step() == 55) {
                            damage(trainer);
                        }
                    })))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            run + ": the loss of 100 steps in a row was not finite, also after going back to step 50"
                                    + " 3 times; continue from there with a lower stages.N.optimizer.learning_rate");
        }
        assertThat(TinyRun.checkpointFiles(run)).contains("step-00000050.safetensors");
    }

    /** What is saved last is what a resumed run begins with, and goes back to. */
    @Test
    void aStopAmongSkippedStepsLeavesTheCheckpointOfBefore() {
        Path run = directory.resolve("run");
        try (Trainer trainer = Trainer.start(config("stages.1.steps=600"), run)) {
            boolean complete = trainer.run(new EachStep(record -> {
                if (record.step() == 55) {
                    damage(trainer);
                } else if (record.step() == 60) {
                    trainer.requestStop();
                }
            }));
            assertThat(complete).isFalse();
            assertThat(trainer.stepsDone()).isEqualTo(50);
        }
        assertThat(TinyRun.checkpointFiles(run))
                .contains("step-00000050.safetensors")
                .doesNotContain("step-00000060.safetensors");
    }

    /** Hundreds of steps, so each is small. */
    private TrainingConfig config(String steps) {
        return TinyRun.config(
                directory.resolve("data"),
                steps,
                "output.log_every=5",
                "batch_size=2",
                "micro_batches=1",
                "network.multipliers=[1]",
                "network.dropout=0");
    }

    private static void damage(Trainer trainer) {
        try (NoGradients guard = new NoGradients()) {
            trainer.state.weights.values.flat().fill_(scalar(Double.NaN));
        }
    }
}
