package org.bcm4j.app.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.app.console.TrainingProgress;
import org.bcm4j.app.files.FileNames;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm train}: starts or continues a training run. */
@Command(
        name = "train",
        description = {
            "Trains a model, in a directory that holds the run's configuration, checkpoints, logs, curves, samples and,"
                    + " in model/, the model itself.",
            "Ctrl-C saves a checkpoint and stops; --resume continues bit for bit."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm train configs/fashion-mnist.yaml --run runs/clothes --set stages.0.optimizer.learning_rate=5e-4",
            "  bcm train --resume --run runs/clothes"
        })
public final class TrainCommand implements Callable<Integer> {
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

    @Option(names = "--resume", description = "Continue the run from its newest checkpoint.")
    private boolean resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a setting of the configuration, such as batch_size=32. May be repeated.")
    private List<String> settings = List.of();

    @Override
    public Integer call() {
        Path directory = directory();
        // Java's file cache for pictures needs a shutdown hook, which cannot be added if the first picture is drawn
        // after a signal.
        ImageIO.setUseCache(false);
        try (Trainer trainer = open(directory)) {
            long total = trainer.config().totalSteps();
            System.out.printf(
                    Locale.ROOT,
                    "%s: step %,d of %,d; Ctrl-C saves and stops%n",
                    directory,
                    trainer.stepsDone(),
                    total);
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
        return ExitCode.OK;
    }

    private Trainer open(Path directory) {
        if (resume) {
            return Trainer.resume(directory, settings);
        }
        Path file = config.orElseThrow(() -> new UserException(
                "CONFIG is missing; give an experiment such as configs/fashion-mnist.yaml, or continue a run with"
                        + " --resume"));
        return Trainer.start(ConfigFile.read(file, TrainingConfig.class, settings), directory);
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
