package org.bcm4j.training;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Recomputation;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.Examples;
import org.bcm4j.training.terms.Learner;
import org.bcm4j.training.terms.Loss;
import org.bcm4j.training.terms.LossTerm;
import org.bcm4j.training.terms.PseudoHuber;
import org.bcm4j.training.terms.StableTargets;
import org.bcm4j.training.terms.TermInputs;
import org.bcm4j.training.terms.TermInputs.Place;
import org.bcm4j.training.terms.TrainedFunction;
import org.bytedeco.pytorch.Tensor;

/** One step of a run: draw a batch, sum the terms of the stage, run the backward pass, sum over the ranks, update. */
final class TrainingStep implements AutoCloseable {
    /** The name of the whole loss in the log. */
    private static final String LOSS = "loss/total";
    /** A part of the step's time. */
    private static final String TERMS = "terms";

    private final TrainingConfig config;
    private final ConsistencyFunction function;
    private final Device device;
    private final Precision precision;
    private final PseudoHuber distance;
    private final Optional<StableTargets> stableTargets;
    private final RankGroup group;
    private final StepTimes times;
    private final SideBySide sideBySide;
    private final Lanes lanes;

    TrainingStep(
            TrainingConfig config,
            ConsistencyFunction function,
            LabelledImages images,
            Device device,
            Precision precision,
            RankGroup group,
            StepTimes times,
            SideBySide sideBySide) {
        this.config = config;
        this.function = function;
        this.device = device;
        this.precision = precision;
        this.group = group;
        this.times = times;
        distance = config.distance();
        stableTargets = config.stableTargets() > 0
                ? Optional.of(new StableTargets(
                        images, config.stableTargets(), config.horizontalFlips(), config.seed(), device))
                : Optional.empty();
        this.sideBySide = sideBySide;
        lanes = new Lanes(sideBySide.threads());
    }

    /**
     * Makes one step. A step whose loss or gradient is not finite changes no weight and is counted as skipped. All ranks
     * decide that by the same sums.
     */
    StepOutcome run(TrainingState state) {
        Map<String, Double> states = new TreeMap<>();
        Map<String, Double> samples = new TreeMap<>();
        boolean finite;
        state.enterStage();
        TrainingStage stage = state.stage();
        long stageStep = state.step - config.firstStep(state.stageIndex());
        TimeGrid grid = config.timeGrid(state.step);
        try (Scope scope = Scope.open()) {
            List<Learner> learners = state.learners();
            state.weights.clearGradient();
            learners.forEach(Learner::clearGradient);
            samples.put(LOSS, 0.0);
            for (int part = 0; part < config.microBatches(); part++) {
                accumulate(state, part, grid, samples);
            }
            Weights live = state.weights.withGradient();
            List<Tensor> ofLearners = learners.stream().map(Learner::gradient).toList();
            complete(live.gradient(), state);
            ofLearners.forEach(gradient -> complete(gradient, state));
            sumOverRanks(samples);
            double loss = samples.getOrDefault(LOSS, 0.0);
            double norm = live.gradient().norm().item_double();
            double rate = stage.optimizer().at(stageStep, stage.steps());
            finite = Double.isFinite(norm)
                    && Double.isFinite(loss)
                    && ofLearners.stream()
                            .allMatch(gradient -> gradient.isfinite().all().item_bool());
            if (precision == Precision.FP16) {
                states.put("loss_scale", lossScale(state));
                state.lossScale = state.lossScale.after(finite);
            }
            if (finite) {
                times.of(
                        () -> {
                            state.optimizer.update(live, rate, state.average, stage.emaRate());
                            learners.forEach(learner -> learner.update(stageStep, stage.steps()));
                        },
                        StepTimes.STEP,
                        "update");
            } else {
                state.skipped++;
            }
            samples.put("gradient_norm", norm);
            states.put("learning_rate", rate);
        }
        states.put("points", (double) grid.points());
        states.put("stage", (double) state.stageIndex());
        states.put("skipped", (double) state.skipped);
        state.step++;
        return new StepOutcome(!finite, states, samples);
    }

    /**
     * What one of the threads computes.
     *
     * @param thread its number
     * @param weights that collect the thread's gradient
     * @param place of the part
     * @param terms their places in the stage's list
     * @param grid of the step
     * @param share of the part in the step's gradient
     * @param sideBySide the number of such works at the same time
     */
    private record Work(
            TrainingState state,
            int thread,
            Weights weights,
            Place place,
            BatchSource.Part part,
            List<Integer> terms,
            TimeGrid grid,
            double share,
            int sideBySide) {}

    /** The factor of the loss in the backward pass. */
    private double lossScale(TrainingState state) {
        return precision == Precision.FP16 ? state.lossScale.factor() : 1;
    }

    /** Sums a gradient of all ranks, and takes the loss scale from it. */
    private void complete(Tensor gradient, TrainingState state) {
        times.of(() -> group.sum(gradient), StepTimes.STEP, "sum over ranks");
        if (precision == Precision.FP16) {
            gradient.div_(scalar(lossScale(state)));
        }
    }

    /** Sums the losses of all ranks, which measure the same ones. */
    private void sumOverRanks(Map<String, Double> samples) {
        double[] sums = group.sum(
                samples.values().stream().mapToDouble(Double::doubleValue).toArray());
        int i = 0;
        for (Map.Entry<String, Double> sample : samples.entrySet()) {
            sample.setValue(sums[i++]);
        }
    }

    /** Adds the gradient and the losses of one micro-batch, computed side by side. */
    private void accumulate(TrainingState state, int microBatch, TimeGrid grid, Map<String, Double> samples) {
        int count = sideBySide.parts();
        int all = config.microBatches() * count;
        double share = 1.0 / (all * group.size());
        try (Scope scope = Scope.open()) {
            List<Callable<Map<String, Double>>> tasks = new ArrayList<>();
            List<List<Integer>> shares = shareOfTerms(state);
            int works = count * shares.size();
            for (int i = 0; i < count; i++) {
                Place place = new Place(
                        state.batch(), (microBatch * count + i) * group.size() + group.rank(), all * group.size());
                BatchSource.Part part = times.of(() -> part(state, place.batch(), place), StepTimes.STEP, "images");
                for (List<Integer> terms : shares) {
                    int thread = tasks.size();
                    Weights weights = state.weights.live(thread);
                    state.learners().forEach(learner -> learner.prepare(thread));
                    tasks.add(() -> backward(new Work(state, thread, weights, place, part, terms, grid, share, works)));
                }
            }
            for (Map<String, Double> losses : times.of(() -> lanes.run(tasks), StepTimes.STEP, TERMS)) {
                losses.forEach((name, value) -> samples.merge(name, share * value, Double::sum));
            }
        }
    }

    /** The part of a batch at a place. */
    private BatchSource.Part part(TrainingState state, long batch, Place place) {
        return state.batches.part(batch, place.part() / group.size(), place.parts() / group.size());
    }

    /** The stage's terms, each by itself if they are computed side by side. */
    private List<List<Integer>> shareOfTerms(TrainingState state) {
        List<Integer> all =
                IntStream.range(0, state.stage().terms().size()).boxed().toList();
        return sideBySide.terms() == 1
                ? List.of(all)
                : all.stream().map(List::of).toList();
    }

    /** Adds the gradient of a thread's terms, one after another. Returns the losses by their names in the log. */
    private Map<String, Double> backward(Work work) {
        List<String> names = new ArrayList<>();
        Tensor[] ofTerms = new Tensor[work.terms().size()];
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < ofTerms.length; i++) {
                int term = work.terms().get(i);
                ofTerms[i] = Scope.returning(() -> backward(work, term, names));
            }
            // Read all at once: each reading waits for the device.
            double[] values = HostTensors.doubles(cat(0, ofTerms));
            Map<String, Double> losses = new TreeMap<>();
            for (int i = 0; i < values.length; i++) {
                losses.merge(names.get(i), values[i], Double::sum);
            }
            return losses;
        }
    }

    /**
     * Adds the gradient of one term.
     *
     * @param index of the term in its stage
     * @param names gets the names of the returned values
     * @return the term's loss and its parts, [1 + parts]
     */
    private Tensor backward(Work work, int index, List<String> names) {
        TrainingState state = work.state();
        LossTerm term = state.stage().terms().get(index);
        Examples examples = examples(state, work.part(), index);
        // Each term has its own masks, which live no longer than the term's computation.
        try (Dropout dropout = config.network().dropout() == 0 ? Dropout.off() : Dropout.drawnFrom(examples.random());
                Recomputation recomputation = recomputation()) {
            TrainedFunction f =
                    new TrainedFunction(function, work.weights(), state.weights.constant, dropout, recomputation);
            Loss loss = times.shared(
                    work.sideBySide(),
                    () -> evaluate(term, inputs(f, work, index, examples)),
                    StepTimes.STEP,
                    TERMS,
                    term.name(),
                    "forward");
            if (loss.total().requires_grad()) {
                times.shared(
                        work.sideBySide(),
                        () -> recomputation.backward(loss.total().mul(scalar(work.share() * lossScale(state)))),
                        StepTimes.STEP,
                        TERMS,
                        term.name(),
                        "backward");
            }
            List<Tensor> values = new ArrayList<>(List.of(loss.total()));
            names.add(LOSS);
            loss.parts().forEach((name, value) -> {
                names.add("loss/" + name);
                values.add(value);
            });
            return stack(0, values.toArray(Tensor[]::new)).detach();
        }
    }

    private Recomputation recomputation() {
        return config.activationCheckpointing() ? Recomputation.on(device, precision) : Recomputation.off();
    }

    private TermInputs inputs(TrainedFunction f, Work work, int index, Examples examples) {
        TrainingState state = work.state();
        Place place = work.place();
        return new TermInputs(
                f,
                examples,
                place,
                work.thread(),
                batch -> examples(state, part(state, batch, place), index),
                work.grid(),
                distance,
                stableTargets,
                device,
                state.termState(state.stage().terms().get(index)));
    }

    /**
     * The examples of a part for one term.
     *
     * @param term its index in the stage
     */
    private Examples examples(TrainingState state, BatchSource.Part part, int term) {
        return new Examples(
                part.images(), part.labels(), device.integers(part.examples()), state.batches.random(part, term));
    }

    /** Forward passes run in the configured precision. The backward pass runs outside of it, as autocast requires. */
    private Loss evaluate(LossTerm term, TermInputs inputs) {
        try (Precision.Guard guard = precision.on(device)) {
            return term.apply(inputs);
        }
    }

    @Override
    public void close() {
        lanes.close();
    }
}
