package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Cost;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.terms.Adversarial;
import org.bcm4j.training.terms.BidirectionalConsistency;
import org.bcm4j.training.terms.BidirectionalConsistency.SoftTarget;
import org.bcm4j.training.terms.Consistency;
import org.bcm4j.training.terms.Denoising;
import org.bcm4j.training.terms.EdmDenoising;
import org.bcm4j.training.terms.EdmLoss;
import org.bcm4j.training.terms.IntervalLaw;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bcm4j.training.terms.InversionConsistency;
import org.bcm4j.training.terms.StepCost;
import org.bcm4j.training.terms.TrajectoryMatching;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingEstimateTest {
    private static final IntervalLaw.Settings TIMES = IntervalLaw.Settings.paper(EndPoints.INCLUDED);

    @TempDir
    Path directory;

    /** Target 1, student 2·3, outer application 2; of the half batch: 1, 1½·3, ½·2; Eq. 8 has a target of its own. */
    @Test
    void passesOfEachTerm() {
        NetworkConfig network = TinyRun.config(directory).network();
        assertThat(BidirectionalConsistency.paper().cost(network)).isEqualTo(new StepCost(9, 4));
        assertThat(bidirectional(SoftTarget.EQ9, 0.5).cost(network)).isEqualTo(new StepCost(6.5, 3));
        assertThat(bidirectional(SoftTarget.EQ8, 1).cost(network)).isEqualTo(new StepCost(10, 5));
        assertThat(Consistency.paper().cost(network)).isEqualTo(new StepCost(4, 2));
        assertThat(new Denoising(TIMES).cost(network)).isEqualTo(new StepCost(3, 1));
        assertThat(new EdmDenoising(EdmLoss.EDM).cost(network)).isEqualTo(new StepCost(3, 1));
        // A target and a student, for half of the images.
        assertThat(new InversionConsistency(1, 0.5, 0.75).cost(network)).isEqualTo(new StepCost(2, 1));
        // A quarter of the images: 16 evaluations of the teacher, 4 pairs there and back, of which 4 passes are held.
        assertThat(new TrajectoryMatching(1, 0.25, 1, 13, 4, 0.6).cost(network)).isEqualTo(new StepCost(7, 1));
        // The teacher in every fourth step.
        assertThat(new TrajectoryMatching(1, 0.25, 4, 13, 4, 0.6).cost(network)).isEqualTo(new StepCost(4, 1));
    }

    /**
     * There and back for half of the images, and for each of them the discriminator: two images at two points there and
     * back, and one image to its input.
     */
    @Test
    void aDiscriminatorCountsLikeTheNetworkBesideIt() {
        NetworkConfig network = TinyRun.config(directory).network();
        Cost model = network.build().cost();
        StepCost cost =
                new Adversarial(1, 0.5, 0.5, 8, 0, new OptimizerSettings(1e-3, 0.5, 0.99, 1e-8, 1)).cost(network);
        // At 8x8: 1 to 8 channels, and twice 8 to 8. At 4x4: 8 to 16. Then 256 numbers to 32 to 1.
        double discriminator = 64 * 9 * (8 + 2 * 8 * 8) + 16 * 8 * 16 + 256 * 32 + 32;
        assertThat(cost.evaluations())
                .isCloseTo(0.5 * (3 + (4 * 3 + 2) * discriminator / model.multiplyAdds()), within(1e-9));
        assertThat(cost.passes()).isGreaterThan(0.5);
        // With a bias each, and 32 numbers for each of eleven classes. Each of the 13 tensors is filled up to 16
        // numbers.
        long weights = (9 * 8 + 8) + 2 * (9 * 64 + 8) + (8 * 16 + 16) + (256 * 32 + 32) + (32 + 1) + 11 * 32;
        assertThat(cost.weights()).isBetween(weights, weights + 13 * 15);
        TrainingConfig with = TinyRun.config(
                directory, "stages.1.terms=[{kind: denoising}, {kind: adversarial, width: 8}]", "lanes=1");
        TrainingConfig without = TinyRun.config(directory, "stages.1.terms=[{kind: denoising}]", "lanes=1");
        // The values, a gradient, an average that it lacks, and two moments, of four bytes.
        assertThat(TrainingEstimate.of(with).stateBytes()
                        - TrainingEstimate.of(without).stateBytes())
                .isEqualTo(5.0 * 4 * cost.weights());
    }

    private static BidirectionalConsistency bidirectional(SoftTarget target, double share) {
        return new BidirectionalConsistency(target, true, 0, 0, share, TIMES, Optional.empty());
    }

    /** What one term held is free before the next begins. */
    @Test
    void aStageCostsTheSumOfItsTermsAndHoldsTheLargest() {
        TrainingConfig config = TinyRun.config(
                directory,
                "stages.1.terms=[{kind: bidirectional-consistency}, {kind: inversion-consistency, share: 0.5}]");
        assertThat(config.stages().get(1).cost(config.network())).isEqualTo(new StepCost(9 + 2, 4));
    }

    /** Ten steps of denoising and fifty of the paper's objective, of eight images each. */
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
        TrainingSpeed speed = TrainingSpeed.measure(config, testDevice(), Precision.FP32);
        assertThat(speed.images()).isEqualTo(4); // those of a micro-batch
        assertThat(speed.secondsPerImage()).isBetween(1e-7, 1.0);
    }
}
