package org.bcm4j.reproduction;

import java.util.Arrays;
import java.util.List;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.training.TrainingConfig;

/**
 * How a reproduction was made: {@code protocol.json}.
 *
 * @param minutes the minutes allowed for everything
 * @param secondsPerImage time of a forward and a backward pass of BCM's network when the steps were planned
 * @param parameters the number of parameters of BCM's network
 * @param training the training configuration of BCM's run
 * @param runs all runs
 */
public record Protocol(
        double minutes,
        double secondsPerImage,
        long parameters,
        TrainingConfig training,
        List<Length> runs,
        Measuring measuring) {
    /**
     * The length of a run.
     *
     * @param share the share of the training time planned for it
     * @param images the total number of images that it sees, including repetitions
     */
    public record Length(String run, double share, long warmUpSteps, long steps, long images) {}

    static Protocol of(Plan plan, ExperimentFile experiment, Measuring measuring) {
        TrainingConfig bcm = plan.config(experiment, Run.BCM);
        List<Length> runs = Arrays.stream(Run.values())
                .map(run -> length(run, plan, experiment))
                .toList();
        long parameters = bcm.network().build().layout().parameterCount();
        return new Protocol(plan.minutes(), plan.secondsPerImage(), parameters, bcm, runs, measuring);
    }

    private static Length length(Run run, Plan plan, ExperimentFile experiment) {
        TrainingConfig config = plan.config(experiment, run);
        long steps = ReproductionConfig.objective(config).steps();
        long images = config.totalSteps() * config.batchSize();
        return new Length(run.title(), run.share(), config.totalSteps() - steps, steps, images);
    }
}
