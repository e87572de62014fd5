package org.bcm4j.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.journal.Journal;
import org.bcm4j.journal.JsonLines;
import org.bcm4j.journal.LossCurves;
import org.bcm4j.journal.TensorBoardEvents;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.Network;
import org.bcm4j.ranks.LocalGpus;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.Writability;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ModelWalks;

/**
 * A training run in a directory of its own:
 *
 * <pre>
 *   config.yaml      the whole configuration; the run can be repeated from it
 *   checkpoints/     complete, verified states, from which a run continues bit for bit: the newest, and the end of
 *                    each stage
 *   model/           the averaged weights as a model folder, as of the newest checkpoint
 *   log.jsonl, events.out.tfevents.*, curves.png, samples/
 * </pre>
 */
public final class Trainer implements AutoCloseable {
    private static final String CONFIG = "config.yaml";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String MODEL = "model";
    /** The name under which rank 0 publishes the configuration. */
    private static final String SHARED_CONFIG = "config";

    private static final Duration CURVES_EVERY = Duration.ofMinutes(2);

    private final Path directory;
    private final TrainingConfig config;
    private final RankGroup group;
    private final LabelledImages images;
    private final Network network;
    private final StepTimes times = new StepTimes();
    private final TrainingStep step;
    /** For tests that damage it. */
    final TrainingState state;

    private final SkippedSteps skips;
    private final Checkpoints checkpoints;
    private final SampleSheet samples;
    private RecommendedWalks walks;
    private volatile boolean stopRequested;

    private Trainer(Path directory, TrainingConfig config, RankGroup group) {
        config.requireRanks(group.size());
        this.directory = directory;
        this.config = config;
        this.group = group;
        this.images = config.data().training();
        checkImages();
        Device device = config.device().orElseGet(Device::best).require();
        if (device == Device.CUDA) {
            LocalGpus.requireOneForEach(group.size());
        }
        Precision precision =
                config.precision().orElseGet(() -> Precision.fastestOn(device)).requireOn(device);
        if (!config.activationCheckpointing()) {
            TrainingMemory needed = TrainingMemory.of(config, device, precision, group.size());
            device.memory().ifPresent(memory -> needed.require(memory, group.sizeHere()));
        }
        walks = config.modelWalks();
        if (config.model().walks()) {
            new ModelWalks(modelConfig(), walks).requireAll();
        }
        network = config.network().build();
        ConsistencyFunction function = new ConsistencyFunction(network, config.model());
        step = new TrainingStep(
                config, function, images, device, precision, group, times, config.sideBySide(device, group.size()));
        state = new TrainingState(config, network.layout(), images, device, group);
        skips = new SkippedSteps(directory);
        checkpoints = new Checkpoints(directory.resolve(CHECKPOINTS));
        samples = new SampleSheet(config, function, device, precision, images);
    }

    /** Prepares a new run of this process alone, as {@link #start(TrainingConfig, Path, RankGroup)}. */
    public static Trainer start(TrainingConfig config, Path directory) {
        return start(config, directory, RankGroup.alone());
    }

    /**
     * Prepares a new run, in rank 0 of a group. The other ranks {@link #follow}.
     *
     * @throws UserException if the directory already holds a run, the data are missing, or they do not fit the network
     */
    public static Trainer start(TrainingConfig config, Path directory, RankGroup group) {
        if (isRun(directory)) {
            throw new UserException(
                    directory + ": holds a run already; continue it with --resume, or choose another --run directory");
        }
        Writability.requireFile(configFile(directory));
        Trainer trainer = new Trainer(directory, config, group);
        try {
            trainer.state.initialize();
            Files.createDirectories(directory);
            ConfigFile.write(configFile(directory), config);
            return trainer;
        } catch (IOException e) {
            trainer.close();
            throw new UserException(
                    directory + ": cannot be created (" + e.getMessage() + "); choose another --run directory", e);
        } catch (RuntimeException e) {
            trainer.close();
            throw e;
        }
    }

    /** Prepares to continue a run in this process alone, as {@link #resume(Path, List, RankGroup)}. */
    public static Trainer resume(Path directory, List<String> overrides) {
        return resume(directory, overrides, RankGroup.alone());
    }

    /**
     * Prepares to continue a run from its newest complete checkpoint, or from its beginning if it has none yet, in rank
     * 0 of a group. The other ranks {@link #follow}. The number of ranks may differ from before.
     *
     * @param overrides {@code key=value} changes to the run's configuration, which are kept
     * @throws UserException if there is no such run, its checkpoints are of another version or belong to another network,
     *     or there are changes while another process trains it
     */
    public static Trainer resume(Path directory, List<String> overrides, RankGroup group) {
        Path file = configFile(directory);
        if (!Files.exists(file)) {
            throw new UserException(
                    directory + ": holds no run (" + CONFIG + " is missing); start one without --resume");
        }
        Writability.requireFile(file);
        new Checkpoints(directory.resolve(CHECKPOINTS)).requireFormat();
        AtomicDirectory.recover(directory.resolve(MODEL));
        TrainingConfig config = ConfigFile.read(file, TrainingConfig.class, overrides);
        Trainer trainer = new Trainer(directory, config, group);
        try {
            trainer.requireSameClasses();
            if (trainer.checkpoints.restore(trainer.state).isEmpty()) {
                trainer.state.initialize();
            }
            trainer.requireStepsLeft();
            trainer.keepTunedWalks();
            if (!overrides.isEmpty()) {
                try (DirectoryLock lock = DirectoryLock.of(directory)) {
                    ConfigFile.write(file, config);
                }
            }
            return trainer;
        } catch (RuntimeException e) {
            trainer.close();
            throw e;
        }
    }

    /**
     * Prepares to compute for the run that rank 0 of a group starts or resumes, with its configuration. This rank writes
     * no file; it needs the training images at the place that the configuration names.
     *
     * @throws UserException if the data are missing, or do not fit the network
     */
    public static Trainer follow(Path directory, RankGroup group) {
        String text = group.textOfFirst(SHARED_CONFIG);
        return new Trainer(directory, ConfigFile.parse(text, "rank 0's configuration", TrainingConfig.class), group);
    }

    /** Whether a directory holds a run, which can be resumed. */
    public static boolean isRun(Path directory) {
        return Files.exists(configFile(directory));
    }

    /** The file with the configuration of the run in a directory. */
    public static Path configFile(Path directory) {
        return directory.resolve(CONFIG);
    }

    /** Labels are numbers. They must keep the meaning that they had when the run began. */
    private void requireSameClasses() {
        Path model = directory.resolve(MODEL);
        List<String> before =
                Files.exists(model) ? new ModelFolder(model).config().classNames() : List.of();
        List<String> now = classNames();
        if (!before.isEmpty() && !before.equals(now)) {
            throw new UserException(
                    directory + ": the classes of " + config.data().title() + " were "
                            + String.join(", ", before) + " when the run began, and are " + String.join(", ", now)
                            + " now; restore the data, or start a new run");
        }
    }

    private void requireStepsLeft() {
        if (state.step > config.totalSteps()) {
            throw new UserException(directory + ": has already made " + state.step + " steps, but its stages have "
                    + config.totalSteps() + "; increase their steps");
        }
    }

    /** The model folder is rewritten, but a user may have tuned its walks in the meantime. */
    private void keepTunedWalks() {
        Path model = directory.resolve(MODEL);
        if (Files.exists(model)) {
            walks = new ModelFolder(model).walks();
        }
    }

    private void checkImages() {
        int side = config.network().imageSize();
        if (images.height() != side
                || images.width() != side
                || images.channels() != config.network().imageChannels()) {
            throw new UserException("network.image_size and image_channels are " + side + " and "
                    + config.network().imageChannels() + ", but the images of "
                    + config.data().title() + " are "
                    + images.height() + "x" + images.width() + " with " + images.channels() + " channel(s)");
        }
        int classes = config.network().classes();
        if (classes != 0 && classes != images.classNames().size()) {
            throw new UserException(
                    "network.classes is " + classes + ", but " + config.data().title() + " has "
                            + images.classNames().size() + " classes (or use 0 to train without labels)");
        }
    }

    public TrainingConfig config() {
        return config;
    }

    /** Where the time of this trainer's steps went, in this process. */
    public StepTimes times() {
        return times;
    }

    /** The number of steps so far, including those of earlier sessions. */
    public long stepsDone() {
        return state.step;
    }

    /** Asks {@link #run} to save and return after its current step. May be called from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Trains until the configured steps are done or a stop is requested in any rank, then saves. If the loss of many
     * steps in a row is not finite, the run goes back to its newest checkpoint, and on with other images.
     *
     * @param audience receives every logged step in rank 0, in addition to the run's own log; closed at the end
     * @return whether all steps are done
     * @throws UserException if another process trains in the same directory or has trained there since
     *     this run was prepared, a file cannot be written, or going back
     *     does not help
     * @throws org.bcm4j.tensor.LostRankException if another rank cannot be reached any more; the run can be resumed
     *     from its newest checkpoint
     */
    public boolean run(Journal audience) {
        if (group.isFirst()) {
            group.publish(SHARED_CONFIG, ConfigFile.toYaml(config));
            try (audience;
                    DirectoryLock lock = DirectoryLock.of(directory)) {
                checkpoints.requireNoneAfter(state.step);
                while (!lead(audience)) {
                    goBack();
                }
            }
        } else {
            while (!train(outcome -> {})) {
                goBack();
            }
        }
        group.finish();
        return state.step >= config.totalSteps();
    }

    /** Trains to the end or a requested stop. Returns false if the run must go back to a checkpoint. */
    private boolean train(Consumer<StepOutcome> audience) {
        state.copyFromFirst();
        while (state.step < config.totalSteps() && !group.any(stopRequested)) {
            StepOutcome outcome = times.of(() -> step.run(state), StepTimes.STEP);
            if (skips.add(outcome)) {
                return false;
            }
            times.of(() -> audience.accept(outcome), "log, samples and checkpoints");
        }
        return true;
    }

    /** Restores the newest checkpoint in rank 0, for batches that the run has not seen yet. */
    private void goBack() {
        long unseen = state.batch();
        if (group.isFirst()) {
            skips.returned(checkpoints.restore(state).orElseThrow(skips::withoutCheckpoint));
            state.passOverTo(unseen);
        }
    }

    /** Trains as rank 0, which writes the files of the run. Returns what {@link #train} does. */
    private boolean lead(Journal audience) {
        TrainingConfig.Output output = config.output();
        try (Journal own = Journal.all(List.of(
                JsonLines.resume(directory.resolve("log.jsonl"), state.step),
                TensorBoardEvents.resume(directory, state.step),
                new LossCurves(directory.resolve("log.jsonl"), directory.resolve("curves.png"), CURVES_EVERY)))) {
            Journal journal = Journal.all(List.of(own, audience));
            StepLog log = new StepLog(journal, config);
            boolean ended = train(outcome -> {
                log.add(outcome, state.step);
                skips.warn(state.step);
                if (state.step % output.samplesEvery() == 0) {
                    byte[] sheet = samples.draw(state.average);
                    journal.image("samples", state.step, sheet);
                    writeSheet(sheet);
                }
                boolean due = state.step % output.checkpointEvery() == 0
                        || config.stageEnds().contains(state.step);
                if (due && state.step < config.totalSteps() && !doubtful()) {
                    save();
                }
            });
            if (ended) {
                saveAtEnd();
            }
            return ended;
        }
    }

    /** Saves. A run that was stopped among skipped steps goes back instead: its weights may be of no use. */
    private void saveAtEnd() {
        boolean stopped = state.step < config.totalSteps();
        if (!(stopped && doubtful()) || checkpoints.restore(state).isEmpty()) {
            save();
        }
    }

    /** Whether the weights may be of no use. A single skipped step says nothing: in fp16, some are meant to be. */
    private boolean doubtful() {
        try (Scope scope = Scope.open()) {
            return skips.inBurst()
                    || (skips.lastSkipped()
                            && !state.weights.values.flat().isfinite().all().item_bool());
        }
    }

    private void writeSheet(byte[] png) {
        Path file = directory.resolve("samples").resolve(String.format(Locale.ROOT, "step-%08d.png", state.step));
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new UserException(file.getParent() + ": cannot be created (" + e.getMessage() + ")", e);
        }
        AtomicFile.write(file, out -> out.write(png));
    }

    private void save() {
        checkpoints.save(state, config.output().keepCheckpoints(), config.stageEnds());
        keepTunedWalks();
        ModelFolder.write(
                directory.resolve(MODEL), modelConfig(), state.average, walks, ModelCard.of(config, network, state));
    }

    private ModelConfig modelConfig() {
        return new ModelConfig(
                ModelConfig.FORMAT,
                config.model(),
                config.network(),
                config.data().title(),
                classNames());
    }

    private List<String> classNames() {
        return config.network().classes() == 0 ? List.of() : images.classNames();
    }

    @Override
    public void close() {
        step.close();
        state.close();
    }
}
