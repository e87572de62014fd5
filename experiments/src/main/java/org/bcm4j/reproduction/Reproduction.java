package org.bcm4j.reproduction;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.LabelledImages;
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
     * @return the results that count; absent if a stop was requested
     * @throws UserException if there is no such stage, data are missing, files cannot be written, or the existing runs
     *     were planned for another budget
     */
    public Optional<Results> run(Optional<Double> budget, Optional<String> only) {
        only.ifPresent(Reproduction::requireStage);
        // Checks before the hours of work start.
        DataSource data = config.training().data();
        LabelledImages test = data.test();
        features.requireFit(test, data.title());
        Results results = new Results(report, Map.of());
        writable(report.resolve("results"));
        try (DirectoryLock lock = DirectoryLock.of(work)) {
            Plan plan = Plan.of(work, experiment, budget, DEFAULT_MINUTES);
            config.measuring()
                    .orElseGet(() -> plan.provisional(work, test.size()))
                    .requireOwnImages(test.size());
            TrainingConfig bcm = plan.config(experiment, Run.BCM);
            listener.said(plan.outlook(experiment));
            double seconds = train(wanted(Stage.all(Measuring.USUAL, Optional.of(bcm)), only), plan);
            Measuring measuring = config.measuring()
                    .orElseGet(() -> only.isEmpty()
                            ? plan.measuring(work, seconds, test.size())
                            : plan.provisional(work, test.size()));
            Map<Run, String> models = models();
            Bench bench = new Bench(bcm, work, report, features, stopping(listener.measuring()));
            List<Stage<?>> all = Stage.all(measuring, Optional.of(bcm));
            List<Stage<?>> wanted = wanted(all, only);
            for (Stage<?> stage : all) {
                Provenance provenance = provenance(stage, models, bench);
                results = results.with(stage.name(), provenance.fingerprint());
                if (wanted.contains(stage)) {
                    measure(stage, bench, provenance, results, only.equals(Optional.of(stage.name())));
                }
                if (stage instanceof TunedWalks) {
                    results.tunedWalks().ifPresent(bench::walks);
                }
            }
            ConfigFile.write(report.resolve(Results.PROTOCOL), Protocol.of(plan, experiment, measuring));
            ConfigFile.write(report.resolve("claims.json"), Claim.Judgements.of(results));
            return Optional.of(results);
        } catch (CancellationException e) {
            return Optional.empty();
        }
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
     * @return the seconds that all runs have taken. Steps of earlier sessions, and runs that are not needed, count as
     *     planned
     */
    private double train(List<Stage<?>> stages, Plan plan) {
        double seconds = 0;
        for (Run run : Run.values()) {
            boolean wanted = stages.stream().anyMatch(stage -> stage.runs().contains(run));
            seconds += wanted ? train(run, work.resolve(run.title()), plan) : plan.seconds(run);
        }
        return seconds;
    }

    /** Completes a run; returns the seconds that all its steps have taken. */
    private double train(Run run, Path folder, Plan plan) {
        long begin = System.nanoTime();
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
                return plan.seconds(run);
            }
            training = Optional.of(trainer);
            long before = trainer.stepsDone();
            checkStop();
            listener.said(run.title() + ": training, step " + before + " of " + total);
            if (!trainer.run(listener.training(run.title(), before, total))) {
                throw new CancellationException();
            }
            double seconds = secondsSince(begin);
            listener.said(run.title() + ": trained in " + Math.round(seconds) + " s");
            return plan.seconds(run, before, total) + seconds;
        } finally {
            training = Optional.empty();
        }
    }

    /** SHA-256 of the weights of every run that has a model. */
    private Map<Run, String> models() {
        Map<Run, String> models = new EnumMap<>(Run.class);
        for (Run run : Run.values()) {
            Path model = work.resolve(run.title()).resolve("model");
            if (Files.exists(model)) {
                models.put(run, new ModelFolder(model).sha256());
            }
        }
        return models;
    }

    private Provenance provenance(Stage<?> stage, Map<Run, String> models, Bench bench) {
        Map<String, String> looked = new TreeMap<>();
        stage.runs().forEach(run -> looked.put(run.title(), models.getOrDefault(run, "")));
        return new Provenance(
                stage.name(),
                fingerprint(stage, looked, bench),
                "bcm reproduce --stage " + stage.name(),
                looked,
                config.training().data().title() + " test",
                bench.device().name().toLowerCase(Locale.ROOT),
                bench.precision().name().toLowerCase(Locale.ROOT));
    }

    /** A hash of everything that determines a stage's result. */
    private String fingerprint(Stage<?> stage, Map<String, String> models, Bench bench) {
        List<String> parts = new ArrayList<>(List.of(
                stage.settings(),
                models.toString(),
                features.sha256(),
                config.training().data().toString(),
                bench.device().name(),
                bench.precision().name()));
        if (stage.usesTunedWalks()) {
            parts.add(bench.tuned().map(TunedWalks.Result::found).toString());
        }
        return Checksum.sha256(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
    }

    /** Measures a stage, unless its result counts and is not to be measured anew. */
    private <R extends Record & StageResult> void measure(
            Stage<R> stage, Bench bench, Provenance provenance, Results results, boolean anew) {
        checkStop();
        if (!anew && results.of(stage.name(), stage.resultType()).isPresent()) {
            listener.said(stage.name() + ": stands");
            return;
        }
        listener.said(stage.name() + ": measuring");
        long begin = System.nanoTime();
        ConfigFile.write(results.file(stage.name()), stage.measure(bench, provenance));
        listener.said(stage.name() + ": measured in " + Math.round(secondsSince(begin)) + " s");
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) * 1e-9;
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
