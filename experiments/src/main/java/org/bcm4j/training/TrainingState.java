package org.bcm4j.training;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.bcm4j.config.Format;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.optimizer.RectifiedAdam;
import org.bcm4j.optimizer.TrainedWeights;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsFile;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.Learner;
import org.bcm4j.training.terms.LossTerm;
import org.bcm4j.training.terms.TermSetting;
import org.bcm4j.training.terms.TermState;
import org.bytedeco.pytorch.Tensor;

/**
 * All that a run needs to continue bit for bit: weights, moments, average, the states of the terms, and the counters.
 * All random draws are functions of the counters and the seed. A new state is all zeros, until it is initialised, loaded
 * or copied.
 */
final class TrainingState implements AutoCloseable {
    private static final String IMAGES = "images";
    private static final String LOSS_SCALE = "loss_scale";
    private static final String PASSED_OVER = "passed_over";

    private static final Format FORMAT = Format.of("bcm4j training state 3");

    /** θ, the live weights. */
    final TrainedWeights weights;
    /** ϑ, the averaged weights. */
    final Weights average;

    final RectifiedAdam optimizer;
    final BatchSource batches;
    long step;
    long skipped;
    /** The batches that this run does not train on, because it went back from them. */
    private long passedOver;
    /** Moves in float16 only. */
    LossScale lossScale = LossScale.FIRST;

    private final TrainingConfig config;
    private final RankGroup group;
    private final int imageCount;
    private final WeightLayout layout;
    private final Device device;
    private int stageIndex;
    /** The states of the stage's terms, by name. */
    private Map<String, TermState> termStates;

    TrainingState(TrainingConfig config, WeightLayout layout, LabelledImages images, Device device, RankGroup group) {
        this.config = config;
        this.group = group;
        this.imageCount = images.size();
        this.layout = layout;
        this.device = device;
        weights = new TrainedWeights(Weights.zeros(layout, device));
        average = Weights.zeros(layout, device);
        optimizer = new RectifiedAdam(stage().optimizer(), layout, device);
        batches = new BatchSource(config, images, device, group);
        termStates = openedTermStates();
    }

    /** Sets the weights with which a run begins: those of the configured model, or random ones. */
    void initialize() {
        try (Weights initial = config.init()
                        .map(model -> model.weights(layout, device))
                        .orElseGet(() -> random(layout, config.seed(), device));
                NoGradients guard = new NoGradients()) {
            weights.values.flat().copy_(initial.flat());
            average.flat().copy_(initial.flat());
        }
        termStates.values().forEach(state -> state.begin(average));
    }

    private static Weights random(WeightLayout layout, long seed, Device device) {
        try (SeededGenerator generator = new SeededGenerator(seed, device)) {
            return Weights.initialized(layout, generator, device);
        }
    }

    private Map<String, TermState> openedTermStates() {
        Map<String, TermState> states = new LinkedHashMap<>();
        TermSetting setting = new TermSetting(config.network(), layout, config.seed(), device);
        stage().terms().forEach(term -> states.put(term.name(), term.open(setting)));
        return states;
    }

    /** The number of the batch that the next step takes, from 0. */
    long batch() {
        return step + passedOver;
    }

    /** Lets the next step take a given batch, at or behind its own. */
    void passOverTo(long batch) {
        passedOver = batch - step;
    }

    /** The index, from 0, of the run's current stage. */
    int stageIndex() {
        return stageIndex;
    }

    TrainingStage stage() {
        return config.stages().get(stageIndex);
    }

    /** The state that a term of the stage keeps between steps. */
    TermState termState(LossTerm term) {
        return Objects.requireNonNull(termStates.get(term.name()), term.name());
    }

    /** What the terms of the stage train beside the model. */
    List<Learner> learners() {
        return termStates.values().stream()
                .flatMap(state -> state.learner().stream())
                .toList();
    }

    /**
     * Enters the stage of the next step if it differs from the current one. The new stage starts from the averaged
     * weights, with a fresh optimiser. A term that the stage before has too keeps its state.
     */
    void enterStage() {
        int next = config.stageAt(step);
        if (next != stageIndex) {
            Map<String, TermState> before = open(next);
            try (NoGradients guard = new NoGradients()) {
                weights.values.flat().copy_(average.flat());
            }
            termStates.forEach((term, state) -> Optional.ofNullable(before.get(term))
                    .ifPresentOrElse(state::continueFrom, () -> state.begin(average)));
            before.values().forEach(TermState::close);
        }
    }

    private void enter(int index) {
        open(index).values().forEach(TermState::close);
    }

    /** Makes a stage the current one, and returns the states of the terms of the stage before. */
    private Map<String, TermState> open(int index) {
        Map<String, TermState> before = termStates;
        stageIndex = index;
        optimizer.restart(stage().optimizer());
        termStates = openedTermStates();
        return before;
    }

    private Map<String, Weights> buffers() {
        Map<String, Weights> buffers = new LinkedHashMap<>();
        buffers.put("weights", weights.values);
        buffers.put("average", average);
        buffers.put("first_moment", optimizer.mean());
        buffers.put("second_moment", optimizer.square());
        termStates.forEach((term, state) ->
                state.buffers().forEach((name, buffer) -> buffers.put("terms." + term + "." + name, buffer)));
        return buffers;
    }

    /** The counters, by their names in a checkpoint. */
    private Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("step", step);
        counters.put("stage", (long) stageIndex);
        counters.put("skipped", skipped);
        counters.put("updates", optimizer.step());
        counters.put(LOSS_SCALE, lossScale.thousandths());
        counters.put(PASSED_OVER, passedOver);
        counters.put(IMAGES, (long) imageCount);
        return counters;
    }

    /**
     * Takes over the state of rank 0.
     *
     * @throws UserException if this rank has another number of training images
     */
    void copyFromFirst() {
        try (Scope scope = Scope.open();
                NoGradients guard = new NoGradients()) {
            long[] here =
                    counters().values().stream().mapToLong(Long::longValue).toArray();
            Tensor shared = HostTensors.ofLongs(here.clone(), here.length);
            group.copyFromFirst(shared);
            List<String> names = List.copyOf(counters().keySet());
            long[] first = HostTensors.longs(shared);
            long images = first[names.indexOf(IMAGES)];
            if (images != imageCount) {
                throw new UserException("rank 0 has " + images + " training images, and rank " + group.rank() + " has "
                        + imageCount + "; give all ranks the same data");
            }
            int stage = (int) first[names.indexOf("stage")];
            if (stage != stageIndex) {
                enter(stage);
            }
            restoreCounters(name -> first[names.indexOf(name)]);
            buffers()
                    .values()
                    .forEach(buffer -> group.copyFromFirst(buffer.flat().detach()));
        }
    }

    void save(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            buffers().forEach((name, buffer) -> tensors.put(name, Device.CPU.move(buffer.flat())));
            counters()
                    .forEach((name, value) ->
                            tensors.put("counter." + name, HostTensors.ofLongs(new long[] {value}, 1)));
            Safetensors.write(file, tensors, Map.of("format", FORMAT.toString()));
        }
    }

    /** @throws UserException if the file is no state of a run with this configuration */
    void load(Path file) {
        try (Scope scope = Scope.open();
                NoGradients guard = new NoGradients()) {
            requireFormat(file);
            SafetensorsFile saved = Safetensors.read(file);
            long stage = counter(saved, "stage", file);
            if (stage < 0 || stage >= config.stages().size()) {
                throw new UserException(file + ": is of stage " + stage + ", but the configuration has "
                        + config.stages().size() + "; train with the configuration of its run");
            }
            enter((int) stage);
            buffers().forEach((name, buffer) -> restore(buffer, named(saved, name, file), file));
            requireSameImages(saved, file);
            restoreCounters(name -> counter(saved, name, file));
        }
    }

    private void restoreCounters(ToLongFunction<String> value) {
        step = value.applyAsLong("step");
        skipped = value.applyAsLong("skipped");
        // The learners of terms begin with the stage and are updated in the same steps.
        optimizer.restoreStep(value.applyAsLong("updates"));
        learners().forEach(learner -> learner.restoreStep(optimizer.step()));
        lossScale = new LossScale(value.applyAsLong(LOSS_SCALE));
        passedOver = value.applyAsLong(PASSED_OVER);
    }

    /** @throws UserException if the file is no training state, or too new or too old */
    static void requireFormat(Path file) {
        String format = Safetensors.header(file).metadata().getOrDefault("format", "");
        FORMAT.requireVersion(format, file, "start a new run");
        if (!format.equals(FORMAT.toString())) {
            throw new UserException(file + ": is not a training state (\"" + FORMAT + "\"), but \"" + format
                    + "\"; put the checkpoint back from a copy, or start a new run");
        }
    }

    private static void restore(Weights buffer, Tensor saved, Path file) {
        if (saved.numel() != buffer.flat().numel()) {
            throw new UserException(file + ": was written for another network (" + saved.numel()
                    + " numbers, this one has " + buffer.flat().numel() + "); train with the configuration of its run");
        }
        buffer.flat().detach().copy_(saved);
    }

    /** A run draws its images by number, so the number of images must not change. */
    private void requireSameImages(SafetensorsFile saved, Path file) {
        long before = counter(saved, IMAGES, file);
        if (before != imageCount) {
            throw new UserException(file + ": the run had " + before + " training images, and there are " + imageCount
                    + " now; restore the data, or start a new run");
        }
    }

    /** A counter; in a state of before it existed, one that changes nothing. */
    private long counter(SafetensorsFile saved, String name, Path file) {
        Map<String, Long> later =
                Map.of(IMAGES, (long) imageCount, LOSS_SCALE, LossScale.FIRST.thousandths(), PASSED_OVER, 0L);
        if (later.containsKey(name) && !saved.tensors().containsKey("counter." + name)) {
            return later.getOrDefault(name, 0L);
        }
        return HostTensors.longs(named(saved, "counter." + name, file))[0];
    }

    private static Tensor named(SafetensorsFile saved, String name, Path file) {
        Tensor tensor = saved.tensors().get(name);
        if (tensor == null) {
            throw new UserException(file + ": is not a training state: \"" + name + "\" is missing");
        }
        return tensor;
    }

    @Override
    public void close() {
        batches.close();
        termStates.values().forEach(TermState::close);
        optimizer.close();
        average.close();
        weights.close();
    }
}
