package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingMemoryTest {
    private static final long GB = 1_000_000_000;

    /** 64 images of 1 GB, in two parts of two lanes, beside 4 GB of weights. */
    private static final TrainingMemory STEP = new TrainingMemory(4.0 * GB, GB, 64, 2, 2);

    @TempDir
    Path directory;

    @Test
    void aStepThatFitsIsLeftAlone() {
        assertThatCode(() -> STEP.require(36 * GB, 1)).doesNotThrowAnyException();
    }

    @Test
    void aStepThatDoesNotFitIsRefusedWithPartsThatDo() {
        assertThatThrownBy(() -> STEP.require(25 * GB, 1))
                .isInstanceOf(UserException.class)
                .hasMessage("a step takes about 36.0 GB of memory, and this machine has 25.0 GB; set micro_batches=4,"
                        + " with which it takes about 20.0 GB");
        // Two lanes take an image each.
        assertThatThrownBy(() -> STEP.require(5 * GB, 1))
                .hasMessage("a step takes about 36.0 GB of memory, and this machine has 5.0 GB; even the smallest parts"
                        + " take about 6.0 GB, so set activation_checkpointing=true as well, or use a smaller network");
    }

    @Test
    void ranksOnOneMachineShareItsMemory() {
        assertThatCode(() -> STEP.require(72 * GB, 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> STEP.require(50 * GB, 2))
                .isInstanceOf(UserException.class)
                .hasMessage("a step takes about 36.0 GB of memory in each of 2 ranks, and this machine has 50.0 GB; set"
                        + " micro_batches=4, with which it takes about 20.0 GB");
    }

    @Test
    void halfPrecisionTakesHalfForImages() {
        TrainingConfig config = TinyRun.config(directory);
        TrainingMemory full = TrainingMemory.of(config, Device.CPU, Precision.FP32, 1);
        TrainingMemory half = TrainingMemory.of(config, Device.CPU, Precision.BF16, 1);
        assertThat(half.perImage()).isEqualTo(full.perImage() / 2);
        assertThat(half.state()).isEqualTo(full.state());
        assertThat(full.images()).isEqualTo(8);
        assertThat(TrainingMemory.of(config, Device.CPU, Precision.FP32, 4).images())
                .isEqualTo(2);
    }

    /** A rank with one image has one lane, and so one gradient, however many cores there are. */
    @Test
    void ranksHaveTheGradientsOfTheirOwnLanes() {
        TrainingConfig config = TinyRun.config(directory, "batch_size=256", "micro_batches=1");
        TrainingConfig oneLane = TinyRun.config(directory, "batch_size=256", "micro_batches=1", "lanes=1");
        assertThat(TrainingMemory.of(config, Device.CPU, Precision.FP32, 256).state())
                .isEqualTo(TrainingMemory.of(oneLane, Device.CPU, Precision.FP32, 1)
                        .state());
    }

    @Test
    void thisMachineHasMemory() {
        assertThat(Device.CPU.memory().orElseThrow()).isGreaterThan(GB / 2);
    }
}
