package org.bcm4j.spark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.packing.PackedSet;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.TrainingConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The program for spark-submit: {@code train} and {@code pack}. Paths must be seen by all machines. */
@Command(name = "bcm4j-spark", description = "bcm4j's work on a Spark cluster.", mixinStandardHelpOptions = true)
public final class SparkCommand {
    private SparkCommand() {}

    /** Runs a command. Ends the process only if it failed: in a cluster, Spark ends the process itself. */
    public static void main(String[] arguments) {
        int code = new CommandLine(new SparkCommand())
                .setExecutionExceptionHandler((failure, command, parsed) -> told(failure))
                .execute(arguments);
        if (code != ExitCode.OK) {
            System.exit(code);
        }
    }

    /** Spark wraps what went wrong in a task in its own exceptions. */
    private static int told(Exception failure) throws Exception {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserException) {
                System.err.println("bcm4j-spark: " + cause.getMessage());
                return ExitCode.USAGE;
            }
        }
        throw failure;
    }

    @Command(name = "train", description = "Trains; each of the ranks is a task of a barrier stage.")
    int train(
            @Parameters(arity = "0..1", paramLabel = "CONFIG", description = "The experiment; not with --resume.")
                    Optional<Path> config,
            @Option(names = "--run", required = true, paramLabel = "DIR", description = "The run's directory.")
                    Path run,
            @Option(names = "--ranks", required = true, paramLabel = "K", description = "How many ranks train.")
                    int ranks,
            @Option(names = "--resume", description = "Continue the run from its newest checkpoint.") boolean resume,
            @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a setting. May be repeated.")
                    Optional<List<String>> settings,
            @Option(
                            names = "--rank-timeout",
                            paramLabel = "S",
                            defaultValue = "30",
                            description = "Seconds without a" + " sign of life after which a rank counts as lost.")
                    int timeout) {
        if (resume && settings.isPresent()) {
            throw new UserException(
                    "--set does not go with --resume here; change the settings with bcm train --resume --set");
        }
        DistributedTraining training = new DistributedTraining(run, ranks, Duration.ofSeconds(timeout));
        try (JavaSparkContext context = new JavaSparkContext(new SparkConf().setAppName("bcm4j train"))) {
            long steps = resume
                    ? training.resume(context)
                    : training.start(
                            context,
                            ConfigFile.read(
                                    config.orElseThrow(() -> new UserException(
                                            "CONFIG is missing; give an experiment, or --resume a run")),
                                    TrainingConfig.class,
                                    settings.orElse(List.of())));
            System.out.println("done: " + steps + " steps; the model is in " + run.resolve("model"));
        }
        return ExitCode.OK;
    }

    @Command(name = "pack", description = "Packs a data set, with the bytes that bcm data pack writes.")
    int pack(
            @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "The data set.") List<Path> sources,
            @Option(names = "--size", required = true, paramLabel = "S", description = "Height and width, in pixels.")
                    int size,
            @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.") Path out,
            @Option(names = "--labels", paramLabel = "FILE", description = "The classes of a folder's pictures.")
                    Optional<Path> labels,
            @Option(
                            names = "--held-out",
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "Makes N pictures the" + " test images.")
                    int heldOut,
            @Option(names = "--shard", paramLabel = "N", description = "Pictures per file.") Optional<Integer> shard,
            @Option(names = "--skip-bad", description = "Leaves out pictures that cannot be decoded.")
                    boolean skipBad) {
        OptionRange.require("--size", size, 1, PackingSettings.MOST_SIDE);
        int most = PackingSettings.mostPictures(size);
        OptionRange.require("--shard", shard.orElse(most), 1, most);
        OptionRange.require("--held-out", heldOut, 0, Integer.MAX_VALUE);
        PackingSettings settings = new PackingSettings(size, shard.orElse(most), skipBad);
        try (JavaSparkContext context = new JavaSparkContext(new SparkConf().setAppName("bcm4j pack"))) {
            PackedSet packed = new DistributedPacking(sources, labels, heldOut, settings, out).run(context);
            System.out.println("wrote " + out + ": " + packed.train().images() + " training images");
        }
        return ExitCode.OK;
    }
}
