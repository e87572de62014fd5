package org.bcm4j.app.commands;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.bcm4j.app.console.MeasuringProgress;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.app.console.TrainingProgress;
import org.bcm4j.app.options.FeaturesOption;
import org.bcm4j.app.report.ReproductionPage;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.journal.Journal;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.reproduction.Claim;
import org.bcm4j.reproduction.ExperimentFile;
import org.bcm4j.reproduction.Reproduction;
import org.bcm4j.reproduction.ReproductionListener;
import org.bcm4j.reproduction.Results;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm reproduce}: runs the paper's experiments. */
@Command(
        name = "reproduce",
        description = {
            "Makes the paper's experiments on data that fit the machine: trains BCM, iCT, EDM and the ablations within a"
                    + " budget of minutes, measures them, and writes a page with every figure, table and claim.",
            "Ctrl-C saves and stops; the same command goes on. What is done is not done again: runs continue from their"
                    + " checkpoints, and a stage is measured anew only if its models or settings have changed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  bcm reproduce --budget 45",
            "  bcm reproduce --stage generation-against-nfe",
            "  bcm reproduce my-experiment.yaml --budget 600 --work runs/long --out long-report"
        })
public final class ReproduceCommand implements Callable<Integer> {
    private static final Path SHIPPED = Path.of(System.getProperty("bcm.home", ""), "configs", "reproduction.yaml");

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "The experiment, a YAML file (default: configs/reproduction.yaml, which comes with bcm).")
    private Path config = SHIPPED;

    @Option(
            names = "--budget",
            paramLabel = "MINUTES",
            description = "For training and measuring together (default: those that were begun with, or 45). More"
                    + " minutes make better models and narrower intervals.")
    private Optional<Double> budget = Optional.empty();

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "Measure only this, and anew: ${COMPLETION-CANDIDATES}.",
            completionCandidates = StageNames.class)
    private Optional<String> stage = Optional.empty();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Folder of the page (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("docs", "reproduction");

    @Option(names = "--work", paramLabel = "DIR", description = "Folder of the runs (default: ${DEFAULT-VALUE}).")
    private Path work = Path.of("runs", "reproduction");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a setting of the configuration, such as training.batch_size=32. May be repeated.")
    private List<String> settings = List.of();

    @Mixin
    private final FeaturesOption features = new FeaturesOption();

    /** The values of {@code --stage}, for the help. */
    static final class StageNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Reproduction.stages().iterator();
        }
    }

    /** Shows one bar after another. */
    private record Watching(MeasuringProgress measured) implements ReproductionListener {
        @Override
        public void said(String line) {
            measured.close();
            System.err.println(line);
        }

        @Override
        public Journal training(String run, long done, long total) {
            return new TrainingProgress(Progress.show(run, "steps", done, total));
        }

        @Override
        public MeasuringListener measuring() {
            return measured;
        }
    }

    @Override
    public Integer call() {
        budget.filter(minutes -> !(minutes > 0)).ifPresent(minutes -> {
            throw new UserException("--budget " + minutes + ": must be more than 0 minutes");
        });
        // Java's file cache for pictures needs a shutdown hook, which cannot be added after a signal.
        ImageIO.setUseCache(false);
        try (FeatureNetwork network = features.open();
                MeasuringProgress progress = new MeasuringProgress()) {
            Reproduction reproduction =
                    new Reproduction(new ExperimentFile(config, settings), out, work, network, new Watching(progress));
            try (StopSignal signal = StopSignal.asking(() -> stop(reproduction))) {
                Optional<Results> complete = reproduction.run(budget, stage);
                progress.close();
                complete.ifPresentOrElse(
                        this::report, () -> System.out.println("stopped; run the same command to continue"));
            }
        }
        return ExitCode.OK;
    }

    private void report(Results results) {
        new ReproductionPage(results).write();
        Claim.Judgements judgements = Claim.Judgements.of(results);
        judgements.lack().ifPresent(lack -> System.out.println("nothing is decided: " + lack));
        for (Claim.Judgement judgement : judgements.claims()) {
            String verdict = judgement.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            String why = judgement.lack().map(lack -> " (" + lack + ")").orElse("");
            System.out.printf(Locale.ROOT, "%-10s %s%s%n", verdict, judgement.statement(), why);
        }
        System.out.println("wrote " + out.resolve("index.html"));
    }

    private static void stop(Reproduction reproduction) {
        System.err.println("stopping soon, and saving");
        reproduction.requestStop();
    }
}
