package org.bcm4j.training;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Cost;
import org.bcm4j.tensor.Device;
import org.bcm4j.training.terms.StepCost;

/**
 * The resources that a run needs, estimated before it begins.
 *
 * @param evaluation one evaluation of the network for one image
 * @param stepMultiplyAdds multiply-adds of one step of the most expensive stage, for the whole batch
 * @param stepEvaluations network evaluations for each image of such a step, those of other networks counted in them. A
 *     backward pass costs two more, or one more where only its input has a gradient
 * @param activationBytes memory for each image that passes through the network at once: the outputs of all operations
 *     in all passes of a step of the stage that holds most, in float32. The measured value for a small ADM U-Net is 5 % higher
 * @param stateBytes weights, their gradient (one for each lane) and average, and the optimiser's two moments, in
 *     float32. The weights that terms train beside the network's are counted like these, though they have no average
 * @param runEvaluations evaluations of single images over all steps of the run
 */
public record TrainingEstimate(
        Cost evaluation,
        double stepMultiplyAdds,
        double stepEvaluations,
        double activationBytes,
        double stateBytes,
        double runEvaluations) {
    /** The number of flat buffers of the size of the weights, without the gradients. Each lane has one gradient. */
    private static final int BUFFERS = 4;

    /** The estimate for one process alone. */
    public static TrainingEstimate of(TrainingConfig config) {
        return of(config, config.device().orElseGet(Device::best), 1);
    }

    /**
     * The estimate for one of several processes that share each batch. They do not change what is computed in all, only
     * the memory that a process takes.
     */
    static TrainingEstimate of(TrainingConfig config, Device device, int ranks) {
        Network network = config.network().build();
        Cost evaluation = network.cost();
        List<StepCost> steps = config.stages().stream()
                .map(stage -> stage.cost(config.network()))
                .toList();
        StepCost step = steps.stream()
                .max(Comparator.comparingDouble(StepCost::evaluations))
                .orElseThrow();
        SideBySide sideBySide = config.sideBySide(device, ranks);
        double passes = config.stages().stream()
                .mapToDouble(stage -> stage.passes(config.network(), sideBySide))
                .max()
                .orElseThrow();
        long weights = network.layout().length()
                + steps.stream().mapToLong(StepCost::weights).max().orElseThrow();
        double evaluationsOfRun = IntStream.range(0, steps.size())
                .mapToDouble(i -> config.stages().get(i).steps() * steps.get(i).evaluations())
                .sum();
        return new TrainingEstimate(
                evaluation,
                config.batchSize() * step.evaluations() * evaluation.multiplyAdds(),
                step.evaluations(),
                passes * evaluation.activations() * Float.BYTES,
                (double) (BUFFERS + sideBySide.threads()) * weights * Float.BYTES,
                config.batchSize() * evaluationsOfRun);
    }

    /** The duration of the run at a measured speed, without data, optimiser and output. */
    public double seconds(TrainingSpeed speed) {
        return runEvaluations / StepCost.THERE_AND_BACK * speed.secondsPerImage();
    }
}
