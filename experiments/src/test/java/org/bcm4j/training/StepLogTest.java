package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bcm4j.journal.StepRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepLogTest {
    @TempDir
    Path directory;

    /** A line over the border of two stages averages each loss over the steps that have it, and shows the newest state. */
    @Test
    void aLossIsAveragedOverTheStepsThatMeasuredIt() {
        TrainingConfig config = TinyRun.config(directory, "output.log_every=3");
        List<StepRecord> lines = new ArrayList<>();
        StepLog log = new StepLog(new EachStep(lines::add), config);
        log.add(outcome(0, "loss/denoising", 4), 1);
        log.add(outcome(0, "loss/denoising", 2), 2);
        log.add(outcome(1, "loss/soft", 5), 3);
        log.add(outcome(1, "loss/soft", 6), 6);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).values())
                .containsEntry("loss/denoising", 3.0)
                .containsEntry("loss/soft", 5.0)
                .containsEntry("stage", 1.0);
        assertThat(lines.get(1).values()).containsEntry("loss/soft", 6.0).doesNotContainKey("loss/denoising");
    }

    private static StepOutcome outcome(double stage, String loss, double value) {
        return new StepOutcome(false, Map.of("stage", stage), Map.of(loss, value));
    }
}
