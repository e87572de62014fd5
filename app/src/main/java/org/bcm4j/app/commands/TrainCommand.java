package org.bcm4j.app.commands;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.app.console.TrainingProgress;
import org.bcm4j.app.files.FileNames;
import org.bcm4j.app.options.OptionRange;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.journal.Journal;
import org.bcm4j.ranks.RankVariables;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.LostRankException;
import org.bcm4j.tensor.RankAddress;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bcm train}: starts or continues a training run. */
@Command(
        name = "train",
        description = {
            "Trains a model, in a directory that holds the run's configuration, checkpoints, logs, curves, samples and,"
                    + " in model/, the model itself.",
            "Ctrl-C saves a checkpoint and stops; --resume continues bit for bit.",
            "Several processes, called ranks, can share the work: --ranks starts them on this machine; torchrun's, SLURM's"
                    + " and Kubernetes' environment variables are understood."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm train configs/fashion-mnist.yaml --run runs/clothes --set stages.0.optimizer.learning_rate=5e-4",
            "  bcm train --resume --run runs/clothes",
            "  bcm train configs/cifar10.yaml --ranks 4 --restarts 3"
        })
public final class TrainCommand implements Callable<Integer> {
    static final String RESUME = "--resume";

    private static final int MOST_RANKS = 1024;
    private static final int MOST_RESTARTS = 1_000_000;
    private static final int LONGEST_TIMEOUT = 86_400;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "The experiment, a YAML file. A run that is resumed has its own copy.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "The run's directory (default: runs/ and CONFIG's name).")
    private Optional<Path> run = Optional.empty();

    @Option(names = RESUME, description = "Continue the run from its newest checkpoint.")
    private boolean resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a setting of the configuration, such as batch_size=32. May be repeated.")
    private List<String> settings = List.of();

    @Option(
            names = "--ranks",
            paramLabel = "K",
            description = "Share the work among K processes on this machine, and its cores among them (default: 1).")
    private Optional<Integer> ranks = Optional.empty();

    @Option(
            names = "--restarts",
            paramLabel = "R",
            description = "With --ranks: if a rank is lost, continue from the newest checkpoint, up to R times.")
    private int restarts;

    @Option(
            names = "--rank-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long a rank may give no sign of life before it counts as lost (default:"
                    + " ${DEFAULT-VALUE}).")
    private int rankTimeout;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        OptionRange.require("--ranks", ranks.orElse(1), 1, MOST_RANKS);
        OptionRange.require("--restarts", restarts, 0, MOST_RESTARTS);
        OptionRange.require("--rank-timeout", rankTimeout, 1, LONGEST_TIMEOUT);
        Path directory = directory();
        Optional<RankAddress> address = RankVariables.ofProcess().address();
        if (address.isEmpty() && ranks.isPresent() && ranks.get() > 1) {
            return new RankLauncher(spec.root(), ranks.get(), restarts, resume).run(directory);
        }
        address.ifPresent(this::requireSize);
        // Java's file cache for pictures needs a shutdown hook, which cannot be added if the first picture is drawn
        // after a signal.
        ImageIO.setUseCache(false);
        try (RankGroup group = address.map(place -> RankGroup.join(place, Duration.ofSeconds(rankTimeout)))
                        .orElseGet(RankGroup::alone);
                Trainer trainer = open(directory, group)) {
            train(trainer, directory, group.isFirst());
        } catch (LostRankException e) {
            System.err.println(
                    "bcm: " + e.getMessage() + "; continue with: bcm train --resume --run " + directory);
            return ExitCode.SOFTWARE;
        }
        return ExitCode.OK;
    }

    /** Trains, and says so if this process is the one that speaks for all ranks. */
    private static void train(Trainer trainer, Path directory, boolean speaks) {
        if (!speaks) {
            try (StopSignal signal = StopSignal.asking(trainer::requestStop)) {
                trainer.run(Journal.all(List.of()));
            }
            return;
        }
        long total = trainer.config().totalSteps();
        System.out.printf(
                Locale.ROOT, "%s: step %,d of %,d; Ctrl-C saves and stops%n", directory, trainer.stepsDone(), total);
        try (StopSignal signal = StopSignal.asking(() -> stop(trainer))) {
            boolean complete = trainer.run(
                    new TrainingProgress(Progress.show("training", "steps", trainer.stepsDone(), total)));
            System.out.println(
                    complete
                            ? "done: the model is in " + directory.resolve("model")
                            : "stopped at step " + trainer.stepsDone()
                                    + "; continue with: bcm train --resume --run " + directory);
        }
    }

    private void requireSize(RankAddress address) {
        if (ranks.isPresent() && ranks.get() != address.size()) {
            throw new UserException("--ranks " + ranks.get() + ": this process was started as one of " + address.size()
                    + " ranks; leave the option out");
        }
    }

    private Trainer open(Path directory, RankGroup group) {
        if (!group.isFirst()) {
            return Trainer.follow(directory, group);
        }
        if (resume) {
            return Trainer.resume(directory, settings, group);
        }
        Path file = config.orElseThrow(() -> new UserException(
                "CONFIG is missing; give an experiment such as configs/fashion-mnist.yaml, or continue a run with"
                        + " --resume"));
        return Trainer.start(ConfigFile.read(file, TrainingConfig.class, settings), directory, group);
    }

    private Path directory() {
        return run.or(() -> config.map(TrainCommand::directoryOf))
                .orElseThrow(
                        () -> new UserException("no run was given; give CONFIG, or the run's directory with --run"));
    }

    private static Path directoryOf(Path config) {
        return Path.of("runs", FileNames.stem(config));
    }

    private static void stop(Trainer trainer) {
        System.err.println("stopping after this step, and saving");
        trainer.requestStop();
    }
}
