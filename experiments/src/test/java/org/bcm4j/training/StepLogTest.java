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
        log.add(Map.of("loss/denoising", 4.0, "stage", 0.0), 1);
        log.add(Map.of("loss/denoising", 2.0, "stage", 0.0), 2);
        log.add(Map.of("loss/soft", 5.0, "stage", 1.0), 3);
        log.add(Map.of("loss/soft", 6.0, "stage", 1.0), 6);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).values())
                .containsEntry("loss/denoising", 3.0)
                .containsEntry("loss/soft", 5.0)
                .containsEntry("stage", 1.0);
        assertThat(lines.get(1).values()).containsEntry("loss/soft", 6.0).doesNotContainKey("loss/denoising");
    }
}
