package org.bcm4j.app.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.app.console.TrainingProgress;
import org.bcm4j.app.files.FileNames;
import org.bcm4j.app.options.RanksOption;
import org.bcm4j.app.processes.RankLauncher;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.journal.Journal;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.LostRankException;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.training.StepTimes;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
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
            "Ctrl-C saves a checkpoint and stops; --resume continues, on a CPU bit for bit.",
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
    private static final String RESUME = "--resume";
    private static final int MOST_RESTARTS = 1_000_000;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "The experiment, a YAML file. With --resume it may be omitted: the run has its own copy.")
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

    @Mixin
    private final RanksOption ranks = new RanksOption();

    @Option(
            names = "--restarts",
            paramLabel = "R",
            description = "With --ranks: if a rank is lost, continue from the newest checkpoint, up to R times.")
    private int restarts;

    @Option(
            names = "--profile",
            description = "At the end, show where the time went, and draw it in the run's profile.svg.")
    private boolean profile;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        OptionRange.require("--restarts", restarts, 0, MOST_RESTARTS);
        Path directory = directory();
        Optional<Integer> toStart = ranks.toStart();
        if (toStart.isPresent()) {
            return new RankLauncher(spec.root(), toStart.get(), restarts)
                    .run(new RankLauncher.Run(
                            continuation(directory) + " --ranks " + toStart.get(),
                            command -> resumed(command, directory)));
        }
        if (restarts > 0 && !ranks.isStarted()) {
            throw new UserException(
                    "--restarts " + restarts + ": has no effect without --ranks of at least 2; omit it");
        }
        // Java's file cache for pictures needs a shutdown hook, which cannot be added if the first picture is drawn
        // after a signal.
        ImageIO.setUseCache(false);
        try (RankGroup group = ranks.join();
                Trainer trainer = open(directory, group)) {
            train(trainer, directory, group.isFirst());
        } catch (LostRankException e) {
            System.err.println("bcm: " + e.getMessage() + "; " + continuation(directory));
            return ExitCode.SOFTWARE;
        }
        return ExitCode.OK;
    }

    /** Trains, and says so if this process is the one that speaks for all ranks. */
    private void train(Trainer trainer, Path directory, boolean speaks) {
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
            boolean complete =
                    trainer.run(new TrainingProgress(Progress.show("training", "steps", trainer.stepsDone(), total)));
            System.out.println(
                    complete
                            ? "done: the model is in " + directory.resolve("model")
                            : "stopped at step " + trainer.stepsDone() + "; " + continuation(directory));
            if (profile) {
                show(trainer, directory.resolve("profile.svg"));
            }
        }
    }

    private static String continuation(Path directory) {
        return "continue with: bcm train --resume --run " + new ShellWord(directory);
    }

    private static void show(Trainer trainer, Path chart) {
        StepTimes times = trainer.times();
        AtomicFile.write(chart, out -> out.write(times.flameChart().getBytes(UTF_8)));
        System.out.print(times.table());
        if (trainer.config().device().orElseGet(Device::best) == Device.CUDA) {
            System.out.println("These are the times of calls: the GPU's own time is where bcm waits for it.");
        }
        System.out.println("wrote " + chart);
    }

    /** The command that continues the run, which may have failed before it began. */
    private static List<String> resumed(List<String> command, Path directory) {
        if (command.contains(RESUME) || !Trainer.isRun(directory)) {
            return command;
        }
        List<String> resumed = new ArrayList<>(command);
        resumed.add(RESUME);
        return resumed;
    }

    private Trainer open(Path directory, RankGroup group) {
        if (!group.isFirst()) {
            return Trainer.follow(directory, group);
        }
        if (resume) {
            config.filter(file -> Trainer.isRun(directory)).ifPresent(file -> requireSame(file, directory));
            return Trainer.resume(directory, settings, group);
        }
        Path file = config.orElseThrow(() -> new UserException(
                "CONFIG is missing; give an experiment such as configs/fashion-mnist.yaml, or continue a run with"
                        + " --resume"));
        return Trainer.start(ConfigFile.read(file, TrainingConfig.class, settings), directory, group);
    }

    /** A resumed run reads its own copy of the configuration. A change of the original would have no effect. */
    private void requireSame(Path file, Path directory) {
        Path own = Trainer.configFile(directory);
        TrainingConfig given = ConfigFile.read(file, TrainingConfig.class, settings);
        if (!given.equals(ConfigFile.read(own, TrainingConfig.class, settings))) {
            throw new UserException(file + ": differs from the configuration of the run, " + own
                    + "; omit it to continue the run, change settings with --set, or choose another --run directory");
        }
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
