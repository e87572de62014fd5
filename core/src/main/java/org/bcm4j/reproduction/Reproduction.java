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
import org.bcm4j.metrics.FeatureNetwork;
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
 * Makes the paper's experiments: trains the runs that its stages look at, and measures, stage by stage. What is done is kept: runs in
 * {@code work}, each in a folder of its own, continue from their checkpoints; a stage's result, {@code results/STAGE.json} of the report,
 * stands as long as the settings and the models that it came from are the same. So stopping, or a crash, loses a stage's work at most.
 */
public final class Reproduction {
    /** Minutes of training, unless others are asked for. */
    public static final double DEFAULT_MINUTES = 240;

    private final ExperimentFile experiment;
    private final Path report;
    private final Path work;
    private final FeatureNetwork features;
    private final ReproductionListener listener;
    private final ReproductionConfig config;
    private volatile boolean stopRequested;
    private volatile Optional<Trainer> training = Optional.empty();

    /**
     * Prepares.
     *
     * @param report folder of the results
     * @param work folder of the runs, which need hundreds of megabytes and are no part of the report
     * @param features by which images are judged; stays open
     * @throws UserException if the experiment cannot be read
     */
    public Reproduction(
            ExperimentFile experiment,
            Path report,
            Path work,
            FeatureNetwork features,
            ReproductionListener listener) {
        this.experiment = experiment;
        this.report = report;
        this.work = work;
        this.features = features;
        this.listener = listener;
        this.config = experiment.read();
    }

    /** The names of all stages, in order. */
    public static List<String> stages() {
        // Names depend on no setting.
        return stages(new Measuring(2, 2, 2, 2, 2, 2, 1, 2), Optional.empty()).stream()
                .map(Stage::name)
                .toList();
    }

    /** All stages but, without the configuration of BCM's run, the one that shows its law of times. */
    private static List<Stage<?>> stages(Measuring measuring, Optional<TrainingConfig> bcm) {
        int seeds = measuring.seeds();
        List<Stage<?>> stages = new ArrayList<>();
        stages.add(new Coverage(
                bcm.map(TrainingConfig::curriculum).orElse(Coverage.PAPER),
                bcm.map(TrainingConfig::times).orElse(Coverage.PAPER_LAW),
                bcm.map(TrainingConfig::steps).orElse(1L)));
        stages.add(new TunedWalks(measuring.tuningImages(), measuring.trials()));
        stages.add(new GenerationAgainstNfe(measuring.samples(), seeds));
        stages.add(new InversionAgainstNfe(measuring.inverted(), seeds));
        stages.add(new InitialNoise(measuring.inverted(), seeds));
        stages.add(new NoiseStatistics(measuring.inverted()));
        stages.add(new NoiseEmbedding(measuring.embedded()));
        stages.add(new Midpoints(measuring.pairs(), seeds));
        stages.add(new Edits(measuring.edited(), seeds));
        stages.add(new Ablations(measuring.samples(), measuring.inverted(), seeds));
        return stages;
    }

    /** Asks {@link #run} to save and return soon. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
        training.ifPresent(Trainer::requestStop);
    }

    /**
     * Does what is not done yet.
     *
     * @param budget minutes of training for all runs; absent for those of the plan that stands, or {@link #DEFAULT_MINUTES}
     * @param only the one stage to measure, whether or not its result stands; absent for all that do not
     * @return whether all is done; otherwise it was asked to stop
     * @throws UserException if there is no such stage, data are missing, files cannot be written, or the runs that stand were planned for
     *     another budget
     */
    public boolean run(Optional<Double> budget, Optional<String> only) {
        only.ifPresent(Reproduction::requireStage);
        config.training().data().test();
        Results results = new Results(report);
        try (DirectoryLock lock = DirectoryLock.of(work)) {
            writable(report.resolve("results"));
            Plan plan = Plan.of(work, experiment, budget, DEFAULT_MINUTES);
            TrainingConfig bcm = plan.config(experiment, Run.BCM);
            Bench bench = new Bench(bcm, work, features, stopping(listener.measuring()));
            Map<Run, String> models = new EnumMap<>(Run.class);
            for (Stage<?> stage : stages(config.measuring(), Optional.of(bcm))) {
                boolean asked = only.map(stage.name()::equals).orElse(true);
                // The walks are looked at by others: they are found even if not asked for.
                if (asked || stage instanceof TunedWalks && uses(only.orElseThrow(), bcm)) {
                    train(stage, plan, models);
                    measure(stage, bench, models, results, only.isPresent() && asked);
                }
            }
        } catch (CancellationException e) {
            return false;
        }
        ConfigFile.write(report.resolve("claims.json"), Claim.Judgements.of(results));
        return true;
    }

    private boolean uses(String stage, TrainingConfig bcm) {
        return stages(config.measuring(), Optional.of(bcm)).stream()
                .anyMatch(one -> one.name().equals(stage) && one.usesTunedWalks());
    }

    private static void requireStage(String name) {
        if (!stages().contains(name)) {
            throw new UserException("--stage " + name + ": there is no such stage; choose from "
                    + String.join(", ", stages()));
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

    /** Trains to their ends the runs that a stage looks at. */
    private void train(Stage<?> stage, Plan plan, Map<Run, String> models) {
        for (Run run : stage.runs()) {
            if (!models.containsKey(run)) {
                Path folder = work.resolve(run.title());
                train(run, folder, plan);
                models.put(run, new ModelFolder(folder.resolve("model")).sha256());
            }
        }
    }

    private void train(Run run, Path folder, Plan plan) {
        try (Trainer trainer = Files.exists(folder.resolve("config.yaml"))
                ? Trainer.resume(folder, List.of())
                : Trainer.start(plan.config(experiment, run), folder)) {
            long total = trainer.config().totalSteps();
            if (trainer.stepsDone() >= total) {
                listener.said(run.title() + ": trained, " + total + " steps");
                return;
            }
            training = Optional.of(trainer);
            checkStop();
            listener.said(run.title() + ": training, step " + trainer.stepsDone() + " of " + total);
            if (!trainer.run(listener.training(run.title(), trainer.stepsDone(), total))) {
                throw new CancellationException();
            }
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
                fingerprint(stage, looked, bench), "bcm reproduce --stage " + stage.name(), looked, data.title() + " test");
        Optional<R> standing = anew ? Optional.empty() : standing(stage, results, provenance);
        if (standing.isPresent()) {
            listener.said(stage.name() + ": stands");
        } else {
            listener.said(stage.name() + ": measuring");
        }
        R result = standing.orElseGet(() -> {
            R measured = stage.measure(bench, provenance);
            ConfigFile.write(results.file(stage.name()), measured);
            return measured;
        });
        if (result instanceof TunedWalks.Result walks) {
            bench.walks(walks);
        }
    }

    /** All that decides what a stage measures. */
    private String fingerprint(Stage<?> stage, Map<String, String> models, Bench bench) {
        List<String> parts = new ArrayList<>(List.of(
                stage.settings(), models.toString(), features.sha256(), ConfigFile.toJson(config.training().data())));
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
            return Optional.empty(); // is measured anew
        }
    }

    private void checkStop() {
        if (stopRequested) {
            throw new CancellationException();
        }
    }

    /** A stage is left at the next batch once a stop is requested. */
    private MeasuringListener stopping(MeasuringListener audience) {
        return (what, done, total) -> {
            checkStop();
            audience.measured(what, done, total);
        };
    }
}
