package org.bcm4j.reproduction;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataSource;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.journal.Journal;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;

/**
 * Repeats the paper's experiments: trains the runs that its stages need, and measures, stage by stage. Completed work
 * is kept. Each run in {@code work} has its own folder and continues from its checkpoints. A stage's result,
 * {@code results/STAGE.json} in the report, stays valid as long as its settings and models stay the same. So a stop or
 * a crash loses at most the work of one stage.
 */
public final class Reproduction {
    /** The default number of minutes for everything. */
    public static final double DEFAULT_MINUTES = 45;

    private final ExperimentFile experiment;
    private final Path report;
    private final Path work;
    private final FeatureNetwork features;
    private final ReproductionListener listener;
    private final ReproductionConfig config;
    private volatile boolean stopRequested;
    private volatile Optional<Trainer> training = Optional.empty();

    /**
     * Prepares a reproduction.
     *
     * @param report the folder of the results
     * @param work the folder of the runs, which need hundreds of megabytes and are not part of the report
     * @param features the network that evaluates images; stays open
     * @throws UserException if the experiment cannot be read
     */
    public Reproduction(
            ExperimentFile experiment, Path report, Path work, FeatureNetwork features, ReproductionListener listener) {
        this.experiment = experiment;
        this.report = report;
        this.work = work;
        this.features = features;
        this.listener = listener;
        this.config = experiment.read();
    }

    /** The names of all stages, in order. */
    public static List<String> stages() {
        return Stage.all(Measuring.USUAL, Optional.empty()).stream()
                .map(Stage::name)
                .toList();
    }

    /** Asks {@link #run} to save and return soon. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
        training.ifPresent(Trainer::requestStop);
    }

    /**
     * Does what is not done yet: trains the required runs, then measures.
     *
     * @param budget minutes for everything; if absent, those of the existing plan, or else {@link #DEFAULT_MINUTES}
     * @param only the only stage to measure, even if its result is still valid; absent for all stages without a valid
     *     result
     * @return whether all is done; false if a stop was requested
     * @throws UserException if there is no such stage, data are missing, files cannot be written, or the existing runs
     *     were planned for another budget
     */
    public boolean run(Optional<Double> budget, Optional<String> only) {
        only.ifPresent(Reproduction::requireStage);
        // Checks before the hours of work start.
        DataSource data = config.training().data();
        features.requireFit(data.test(), data.title());
        Results results = new Results(report);
        writable(report.resolve("results"));
        try (DirectoryLock lock = DirectoryLock.of(work)) {
            Plan plan = Plan.of(work, experiment, budget, DEFAULT_MINUTES);
            TrainingConfig bcm = plan.config(experiment, Run.BCM);
            listener.said(plan.outlook(experiment));
            List<Stage<?>> wanted = wanted(Stage.all(Measuring.USUAL, Optional.of(bcm)), only);
            Map<Run, String> models = new EnumMap<>(Run.class);
            double seconds = train(wanted, plan, models);
            Measuring measuring = config.measuring().orElseGet(() -> plan.measuring(work, seconds));
            ConfigFile.write(report.resolve(Results.PROTOCOL), Protocol.of(plan, experiment, measuring));
            Bench bench = new Bench(bcm, work, report, features, stopping(listener.measuring()));
            for (Stage<?> stage : wanted(Stage.all(measuring, Optional.of(bcm)), only)) {
                measure(stage, bench, models, results, only.equals(Optional.of(stage.name())));
            }
        } catch (CancellationException e) {
            return false;
        }
        ConfigFile.write(report.resolve("claims.json"), Claim.Judgements.of(results));
        return true;
    }

    /** All stages; or the requested one and, if it uses tuned walks, the stage that finds them. */
    private static List<Stage<?>> wanted(List<Stage<?>> all, Optional<String> only) {
        if (only.isEmpty()) {
            return all;
        }
        Stage<?> asked = all.stream()
                .filter(stage -> stage.name().equals(only.get()))
                .findFirst()
                .orElseThrow();
        return all.stream()
                .filter(stage -> stage == asked || (asked.usesTunedWalks() && stage instanceof TunedWalks))
                .toList();
    }

    private static void requireStage(String name) {
        if (!stages().contains(name)) {
            throw new UserException(
                    "--stage " + name + ": there is no such stage; choose from " + String.join(", ", stages()));
        }
    }

    private static void writable(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".writable", ".tmp"));
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    /**
     * Completes the training of the runs that the stages need.
     *
     * @return the seconds that all runs have taken; runs that were trained before or are not needed count as planned
     */
    private double train(List<Stage<?>> stages, Plan plan, Map<Run, String> models) {
        double seconds = 0;
        for (Run run : Run.values()) {
            Path folder = work.resolve(run.title());
            long begin = System.nanoTime();
            boolean wanted = stages.stream().anyMatch(stage -> stage.runs().contains(run));
            boolean trained = wanted && train(run, folder, plan);
            seconds += trained ? (System.nanoTime() - begin) * 1e-9 : plan.seconds(run);
            if (wanted) {
                models.put(run, new ModelFolder(folder.resolve("model")).sha256());
            }
        }
        return seconds;
    }

    /** Trains a run; returns whether there was anything left to train. */
    private boolean train(Run run, Path folder, Plan plan) {
        try (Trainer trainer = Files.exists(folder.resolve("config.yaml"))
                ? Trainer.resume(folder, List.of())
                : Trainer.start(plan.config(experiment, run), folder)) {
            if (!trainer.config().equals(plan.config(experiment, run))) {
                throw new UserException(folder
                        + ": was trained with other settings; undo the changes, or choose another --work folder");
            }
            long total = trainer.config().totalSteps();
            if (trainer.stepsDone() >= total) {
                trainer.run(Journal.all(List.of())); // Writes the model, in case the process ended before it could.
                listener.said(run.title() + ": trained, " + total + " steps");
                return false;
            }
            training = Optional.of(trainer);
            long begin = System.nanoTime();
            checkStop();
            listener.said(run.title() + ": training, step " + trainer.stepsDone() + " of " + total);
            if (!trainer.run(listener.training(run.title(), trainer.stepsDone(), total))) {
                throw new CancellationException();
            }
            listener.said(run.title() + ": trained in " + seconds(begin));
            return true;
        } finally {
            training = Optional.empty();
        }
    }

    private <R extends Record & StageResult> void measure(
            Stage<R> stage, Bench bench, Map<Run, String> models, Results results, boolean anew) {
        checkStop();
        Map<String, String> looked = new TreeMap<>();
        stage.runs().forEach(run -> looked.put(run.title(), models.getOrDefault(run, "")));
        DataSource data = config.training().data();
        Provenance provenance = new Provenance(
                stage.name(),
                fingerprint(stage, looked, bench),
                "bcm reproduce --stage " + stage.name(),
                looked,
                data.title() + " test");
        Optional<R> standing = anew ? Optional.empty() : standing(stage, results, provenance);
        if (standing.isPresent()) {
            listener.said(stage.name() + ": stands");
        } else {
            listener.said(stage.name() + ": measuring");
        }
        R result = standing.orElseGet(() -> {
            long begin = System.nanoTime();
            R measured = stage.measure(bench, provenance);
            ConfigFile.write(results.file(stage.name()), measured);
            listener.said(stage.name() + ": measured in " + seconds(begin));
            return measured;
        });
        if (result instanceof TunedWalks.Result walks) {
            bench.walks(walks);
        }
    }

    /** A hash of everything that determines a stage's result. */
    private String fingerprint(Stage<?> stage, Map<String, String> models, Bench bench) {
        List<String> parts = new ArrayList<>(List.of(
                stage.settings(),
                models.toString(),
                features.sha256(),
                config.training().data().toString()));
        if (stage.usesTunedWalks()) {
            parts.add(bench.walks().found().toString());
        }
        return Checksum.sha256(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
    }

    private static <R extends Record & StageResult> Optional<R> standing(
            Stage<R> stage, Results results, Provenance provenance) {
        try {
            return results.of(stage.name(), stage.resultType())
                    .filter(result -> result.provenance().fingerprint().equals(provenance.fingerprint()));
        } catch (UserException damaged) {
            return Optional.empty(); // a damaged result is measured anew
        }
    }

    private static String seconds(long begin) {
        return Math.round((System.nanoTime() - begin) * 1e-9) + " s";
    }

    private void checkStop() {
        if (stopRequested) {
            throw new CancellationException();
        }
    }

    /** A listener that stops a stage at the next batch once a stop is requested. */
    private MeasuringListener stopping(MeasuringListener audience) {
        return (what, done, total) -> {
            checkStop();
            audience.measured(what, done, total);
        };
    }
}
