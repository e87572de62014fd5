package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that have diverged do not recover: the run ends. A burst passes. */
class SkippedStepsTest {
    @TempDir
    Path directory;

    @Test
    void aHundredSkippedStepsInARowEndTheRunAndABurstDoesNot() {
        TrainingConfig config = TinyRun.config(directory);
        try (TrainingState state = new TrainingState(
                config, config.network().build().layout(), config.data().training(), Device.CPU)) {
            state.skipped = 7;
            SkippedSteps steps = new SkippedSteps(directory, state);
            for (int burst = 0; burst < 3; burst++) {
                for (int i = 0; i < 99; i++) {
                    state.skipped++;
                    steps.after(state);
                }
                steps.after(state); // One that was made.
            }
            for (int i = 0; i < 99; i++) {
                state.skipped++;
                steps.after(state);
            }
            state.skipped++;
            assertThatThrownBy(() -> steps.after(state))
                    .isInstanceOf(UserException.class)
                    .hasMessage(directory
                            + ": the loss of 100 steps in a row was not finite; nothing is saved since the last"
                            + " checkpoint: continue from there with a lower stages.N.optimizer.learning_rate");
        }
    }
}
