package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that have diverged do not recover: the run ends. A burst passes. */
class SkippedStepsTest {
    @TempDir
    Path directory;

    @Test
    void aHundredSkippedStepsInARowEndTheRunAndABurstDoesNot() {
        StepOutcome made = new StepOutcome(false, Map.of(), Map.of());
        StepOutcome skipped = new StepOutcome(true, Map.of(), Map.of());
        SkippedSteps steps = new SkippedSteps(directory);
        for (int burst = 0; burst < 3; burst++) {
            for (int i = 0; i < 99; i++) {
                steps.add(skipped, 1);
            }
            steps.add(made, 1);
        }
        for (int i = 0; i < 99; i++) {
            steps.add(skipped, 1);
        }
        assertThatThrownBy(() -> steps.add(skipped, 1))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        directory + ": the loss of 100 steps in a row was not finite; nothing is saved since the last"
                                + " checkpoint: continue from there with a lower stages.N.optimizer.learning_rate");
    }
}
