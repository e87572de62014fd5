package org.bcm4j.training;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.tensor.Workers;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** One step of a run: draws, losses, gradients, update. */
final class TrainingStep implements AutoCloseable {
    /** The name of the loss among its terms. */
    private static final String TOTAL = "loss";

    private final TrainingConfig config;
    private final ConsistencyFunction function;
    private final Device device;
    private final Precision precision;
    private final PseudoHuber distance;
    private final Workers workers;
    private final Objective warmUp = new Denoising();

    TrainingStep(TrainingConfig config, ConsistencyFunction function, Device device, Precision precision) {
        this.config = config;
        this.function = function;
        this.device = device;
        this.precision = precision;
        this.distance = config.distance();
        this.workers = new Workers(config.workersOn(device));
    }

    /** Grid points at a step of the run; during the warm-up, those of the objective's first step. */
    int points(long step) {
        return config.curriculum().points(Math.max(0, step - config.warmUpSteps()), config.steps());
    }

    /** Makes one step and returns what it measured. A step whose loss or gradient is not finite changes no weight and is counted. */
    Map<String, Double> run(TrainingState state) {
        Map<String, Double> measured = new TreeMap<>();
        try (Scope scope = Scope.open()) {
            if (state.step > 0 && state.step == config.warmUpSteps()) {
                state.restartFromAverage();
            }
            state.live.forEach(live -> live.gradient().zero_());
            for (int part = 0; part < config.microBatches(); part++) {
                accumulate(state, measured);
            }
            double loss = Objects.requireNonNull(measured.get(TOTAL));
            Weights live = state.live.get(0);
            state.live.stream().skip(1).forEach(other -> live.gradient().add_(other.gradient()));
            double norm = live.gradient().norm().item_double();
            measured.put("gradient_norm", norm);
            double rate = config.optimizer().at(state.step, config.totalSteps());
            measured.put("learning_rate", rate);
            if (Double.isFinite(norm) && Double.isFinite(loss)) {
                state.optimizer.update(live, rate, state.average, config.emaRate());
            } else {
                state.skipped++;
            }
        }
        measured.put("points", (double) points(state.step));
        measured.put("skipped", (double) state.skipped);
        state.step++;
        return measured;
    }

    /** Adds the gradients and the measurements of one part of the batch, which the workers divide among themselves. */
    private void accumulate(TrainingState state, Map<String, Double> measured) {
        Objective objective = state.step < config.warmUpSteps() ? warmUp : config.objective();
        try (Scope scope = Scope.open()) {
            Example drawn = state.examples.next(config.batchSize() / config.microBatches(), points(state.step));
            workers.run(worker -> {
                        try (Scope own = Scope.open()) {
                            Dropout dropout =
                                    config.network().dropout() == 0 ? Dropout.off() : state.examples.dropout();
                            Pass live = new Pass(state.live.get(worker), dropout);
                            Pass constant = new Pass(state.constant, dropout);
                            return differentiate(objective, live, constant, drawn.part(worker, workers.count()));
                        }
                    })
                    .forEach(losses -> losses.forEach((name, loss) -> measured.merge(name, loss, Double::sum)));
        }
    }

    /** Adds the gradient of the loss of some of the step's images; returns their share of the loss and of its terms. */
    private Map<String, Double> differentiate(Objective objective, Pass live, Pass constant, Example example) {
        double share = 1.0 / (config.microBatches() * workers.count());
        Objective.Loss loss;
        Tensor total;
        try (Precision.Guard guard = precision.on(device)) {
            loss = objective.apply(function, live, constant, example, distance);
            total = loss.total().mul(new Scalar(share));
        }
        total.backward();
        Map<String, Double> losses = new TreeMap<>();
        losses.put(TOTAL, total.item_double());
        loss.terms().forEach((name, term) -> losses.put(name, share * term.item_double()));
        return losses;
    }

    @Override
    public void close() {
        workers.close();
    }
}
