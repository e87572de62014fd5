package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.BidirectionalConsistency.SoftTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingEstimateTest {
    @TempDir
    Path directory;

    /** Target 1, student 2·3, outer application 2; of the half batch: 1, 1½·3, ½·2; Eq. 8 has a target of its own. */
    @Test
    void passesOfEachObjective() {
        assertThat(StepCost.of(BidirectionalConsistency.paper())).isEqualTo(new StepCost(9, 4));
        assertThat(StepCost.of(new BidirectionalConsistency(SoftTarget.EQ9, true, 0, 0, 0.5)))
                .isEqualTo(new StepCost(6.5, 3));
        assertThat(StepCost.of(new BidirectionalConsistency(SoftTarget.EQ8, true, 0, 0, 1)))
                .isEqualTo(new StepCost(10, 5));
        assertThat(StepCost.of(Consistency.paper())).isEqualTo(new StepCost(4, 2));
        assertThat(StepCost.of(new Denoising())).isEqualTo(new StepCost(3, 1));
    }

    /** For half of the images, two evaluations for the target and one there and back. */
    @Test
    void selfDistillationCostsItsWalkAndOneEvaluationMore() {
        TrainingConfig config =
                TinyRun.config(directory, "self_distillation.walk=80 > 1.2 > 0", "self_distillation.share=0.5");
        assertThat(StepCost.of(config)).isEqualTo(new StepCost(9 + 2.5, 4 + 1.5));
    }

    @Test
    void reflowCostsItsWalkAndOneEvaluationMore() {
        TrainingConfig config = TinyRun.config(directory, "reflow.walk=0 > 11 > 80", "reflow.share=0.5");
        assertThat(StepCost.of(config)).isEqualTo(new StepCost(9 + 2.5, 4 + 1.5));
    }

    @Test
    void aDiscriminatorCostsOneEvaluationThereAndBack() {
        TrainingConfig config = TinyRun.config(directory, "adversarial.share=0.5");
        assertThat(StepCost.of(config)).isEqualTo(new StepCost(9 + 1.5, 4 + 0.5));
    }

    /** Half of half the batch takes one evaluation more, without a way back. */
    @Test
    void aDiscriminatorOfALongerWalkCostsItsFirstEvaluationsToo() {
        TrainingConfig config =
                TinyRun.config(directory, "adversarial.share=0.5", "adversarial.walks=[80 > 0, 80 > 2 > 0]");
        StepCost cost = StepCost.of(config);
        assertThat(cost.evaluations()).isCloseTo(9 + 1.5 + 0.5 / 2, within(1e-12));
        assertThat(cost.passes()).isCloseTo(4 + 0.5 + 0.5 / 2, within(1e-12));
    }

    /** Ten steps of warm-up and fifty of the objective, of eight images each. */
    @Test
    void aRunIsTheSumOfItsSteps() {
        TrainingConfig config = TinyRun.config(directory);
        TrainingEstimate estimate = TrainingEstimate.of(config);
        double evaluation = estimate.evaluation().multiplyAdds();
        assertThat(estimate.stepMultiplyAdds()).isEqualTo(8 * 9 * evaluation);
        assertThat(estimate.runEvaluations()).isEqualTo(8 * (10 * 3 + 50 * 9));
        assertThat(estimate.activationBytes())
                .isEqualTo(4.0 * 4 * estimate.evaluation().activations());
        // There and back is three evaluations.
        assertThat(estimate.seconds(new TrainingSpeed(1, 0.3))).isCloseTo(8 * (10 * 3 + 50 * 9) * 0.1, within(1e-9));
    }

    @Test
    void theSpeedOfThisMachineIsANumber() {
        TrainingConfig config = TinyRun.config(directory);
        TrainingSpeed speed = TrainingSpeed.measure(config, Device.CPU, Precision.FP32);
        assertThat(speed.images()).isEqualTo(4); // those of a micro-batch
        assertThat(speed.secondsPerImage()).isBetween(1e-7, 1.0);
    }
}
