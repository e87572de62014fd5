package org.bcm4j.training;

import java.util.Comparator;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Cost;
import org.bcm4j.tensor.Device;
import org.bcm4j.training.terms.StepCost;

/**
 * What a run asks of a machine, told before it begins.
 *
 * @param evaluation one evaluation of the network for one image
 * @param stepMultiplyAdds one step of the dearest stage, the whole batch
 * @param stepEvaluations how many evaluations an image costs in such a step: going back through one costs two more, or one more where only
 *     its input has a gradient
 * @param activationBytes of each image that passes through the network at once: what layers, activation functions and sums put out in all
 *     passes of a step, in float32. Measured for the shipped model: 15 % more
 * @param stateBytes weights, their gradient (one for each lane) and average, and the optimiser's two moments, in float32
 * @param runEvaluations of single images, over all steps of the run
 */
public record TrainingEstimate(
        Cost evaluation,
        double stepMultiplyAdds,
        double stepEvaluations,
        double activationBytes,
        double stateBytes,
        double runEvaluations) {
    /** Flat buffers of the size of the weights, but for the gradients, of which each lane has one. */
    private static final int BUFFERS = 4;

    public static TrainingEstimate of(TrainingConfig config) {
        Network network = config.network().build();
        Cost evaluation = network.cost();
        StepCost step = config.stages().stream()
                .map(TrainingStage::cost)
                .max(Comparator.comparingDouble(StepCost::evaluations))
                .orElseThrow();
        int lanes = config.lanesOn(config.device().orElseGet(Device::best));
        double evaluationsOfRun = config.stages().stream()
                .mapToDouble(stage -> stage.steps() * stage.cost().evaluations())
                .sum();
        return new TrainingEstimate(
                evaluation,
                config.batchSize() * step.evaluations() * evaluation.multiplyAdds(),
                step.evaluations(),
                step.passes() * evaluation.activations() * Float.BYTES,
                (double) (BUFFERS + lanes) * network.layout().length() * Float.BYTES,
                config.batchSize() * evaluationsOfRun);
    }

    /** How long the run takes at a measured speed, data, optimiser and output not counted. */
    public double seconds(TrainingSpeed speed) {
        return runEvaluations / StepCost.THERE_AND_BACK * speed.secondsPerImage();
    }
}
