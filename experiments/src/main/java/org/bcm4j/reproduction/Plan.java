package org.bcm4j.reproduction;

import static org.bcm4j.config.Requirement.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingEstimate;
import org.bcm4j.training.TrainingSpeed;

/**
 * Converts minutes to steps. The speed is measured once, before the first run, and kept in {@code plan.json} in the
 * folder of the runs. So runs that should have the same time have it, however busy the machine is later.
 *
 * @param minutes minutes for everything: the share {@link #TRAINING} for all runs together, the rest for measuring
 * @param secondsPerImage time of a forward and a backward pass of BCM's network
 */
record Plan(double minutes, double secondsPerImage) {
    private static final String FILE = "plan.json";
    private static final String MEASURING = "measuring.json";

    /** The share of the minutes that is planned for training. */
    private static final double TRAINING = 0.62;

    /** The least share for measuring, even if training took longer than planned. */
    private static final double LEAST_MEASURING = 0.15;

    /**
     * Time of data, optimiser and pictures in addition to the network: 15 % in the shipped model's runs, with a margin
     * for the machine.
     */
    private static final double OVERHEAD = 1.2;

    /** A forward pass takes a third of the time of a forward and a backward pass. */
    private static final double EVALUATION = 1 / 3.0;

    /** Evaluations of the feature network that no setting changes: test and training images, sharp and blurred. */
    private static final double FIXED_EVALUATIONS = 40_000;

    /**
     * After this many images, a network of 0.9 M parameters had samples in 4 NFE at the distance of blurred images, and
     * could invert.
     */
    private static final long ENOUGH_IMAGES = 50_000;

    private static final double SECONDS = 60;

    Plan {
        require(minutes > 0, "minutes", "must be positive, is " + minutes);
        require(secondsPerImage > 0, "seconds_per_image", "must be positive, is " + secondsPerImage);
    }

    /**
     * The existing plan, or else a new one.
     *
     * @param budget minutes; if absent, those of the existing plan, or else {@code otherwise}
     * @throws UserException if there is a plan for another budget, or a share of the budget is too short for a step
     */
    static Plan of(Path work, ExperimentFile experiment, Optional<Double> budget, double otherwise) {
        Path file = work.resolve(FILE);
        if (Files.exists(file)) {
            Plan plan = ConfigFile.read(file, Plan.class);
            if (budget.isPresent() && budget.get() != plan.minutes()) {
                throw new UserException(file + ": the runs here were planned for " + plan.minutes()
                        + " minutes; omit --budget to continue, or choose another --work folder");
            }
            return plan;
        }
        TrainingConfig config = experiment.read().training();
        Device device = config.device().orElseGet(Device::best).require();
        TrainingSpeed speed =
                TrainingSpeed.measure(config, device, config.precision().orElseGet(() -> Precision.fastestOn(device)));
        Plan plan = new Plan(budget.orElse(otherwise), speed.secondsPerImage());
        for (Run run : Run.values()) {
            plan.config(experiment, run); // throws if the budget is too short for the run
        }
        ConfigFile.write(file, plan);
        return plan;
    }

    /**
     * What the minutes allow, and how many are enough to decide claims.
     *
     * @param experiment the experiment as it was when the plan was made
     */
    String outlook(ExperimentFile experiment) {
        TrainingConfig bcm = config(experiment, Run.BCM);
        long images = bcm.totalSteps() * bcm.batchSize();
        String planned = String.format(Locale.ROOT, "%.0f minutes: BCM sees %,d images", minutes, images);
        return images >= ENOUGH_IMAGES
                ? planned
                : planned
                        + String.format(
                                Locale.ROOT,
                                ", and a small network needs about %,d before its claims can be decided; on this machine"
                                        + " --budget %.0f is enough",
                                ENOUGH_IMAGES,
                                Math.ceil(minutes * ENOUGH_IMAGES / images));
    }

    /** The seconds planned for a run. */
    double seconds(Run run) {
        return minutes * SECONDS * TRAINING * run.share();
    }

    /** The seconds planned for the first {@code done} of a run's {@code total} steps. */
    double seconds(Run run, long done, long total) {
        return seconds(run) * done / total;
    }

    /** The configuration of a run, with as many steps as fit into its share. */
    TrainingConfig config(ExperimentFile experiment, Run run) {
        ReproductionConfig whole = experiment.read();
        // All ablations should see the same number of images.
        Run costed = run.isAblation() ? Run.EQ9 : run;
        double seconds = seconds(run) / OVERHEAD;
        double warmUpSeconds = run.warmedUp() ? whole.warmUpShare() * seconds : 0;
        double step = secondsOf(experiment, costed, 0, 1);
        long steps = (long) ((seconds - warmUpSeconds) / step);
        long warmUpSteps =
                warmUpSeconds == 0 ? 0 : (long) (warmUpSeconds / (secondsOf(experiment, costed, 1, 1) - step));
        if (steps < 1) {
            throw new UserException("--budget " + minutes + ": the share of " + run.title() + ", " + Math.round(seconds)
                    + " s, is too short for one step; allow more minutes");
        }
        return configured(experiment, run, warmUpSteps, steps);
    }

    private double secondsOf(ExperimentFile experiment, Run run, long warmUpSteps, long steps) {
        TrainingConfig config = configured(experiment, run, warmUpSteps, steps);
        return TrainingEstimate.of(config).seconds(new TrainingSpeed(1, secondsPerImage));
    }

    private static TrainingConfig configured(ExperimentFile experiment, Run run, long warmUpSteps, long steps) {
        TrainingConfig bcm = experiment.read().training();
        return experiment.training(run.settings(bcm, warmUpSteps, steps));
    }

    /**
     * How much to measure: the existing choice, or else what fits into the time that training has left. A new choice is
     * stored.
     *
     * @param trainingSeconds the time that training has taken
     * @param testImages the number of images that all seeds share out
     */
    Measuring measuring(Path work, double trainingSeconds, long testImages) {
        Measuring measuring = standing(work).orElseGet(() -> fitting(trainingSeconds, testImages));
        ConfigFile.write(work.resolve(MEASURING), measuring);
        return measuring;
    }

    /**
     * How much to measure while some runs are not trained: the existing choice, or else what fits if training takes the
     * time that is planned. It is not stored.
     */
    Measuring provisional(Path work, long testImages) {
        return standing(work).orElseGet(() -> fitting(minutes * SECONDS * TRAINING, testImages));
    }

    private static Optional<Measuring> standing(Path work) {
        Path file = work.resolve(MEASURING);
        return Files.exists(file) ? Optional.of(ConfigFile.read(file, Measuring.class)) : Optional.empty();
    }

    private Measuring fitting(double trainingSeconds, long testImages) {
        double whole = minutes * SECONDS;
        double left = Math.max(LEAST_MEASURING * whole, whole - trainingSeconds);
        double evaluations = left / (secondsPerImage * EVALUATION * OVERHEAD) - FIXED_EVALUATIONS;
        double usual = Stage.all(Measuring.USUAL, Optional.empty()).stream()
                .mapToDouble(Stage::evaluations)
                .sum();
        return Measuring.USUAL.scaled(evaluations / usual, testImages);
    }
}
