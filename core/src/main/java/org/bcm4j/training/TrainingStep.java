package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** One step of a run: draws, losses, gradients, update. */
final class TrainingStep {
    private final TrainingConfig config;
    private final ConsistencyFunction function;
    private final Device device;
    private final Precision precision;
    private final PseudoHuber distance;
    private final Objective warmUp = new Denoising();

    TrainingStep(TrainingConfig config, ConsistencyFunction function, Device device, Precision precision) {
        this.config = config;
        this.function = function;
        this.device = device;
        this.precision = precision;
        this.distance = config.distance();
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
            state.live.gradient().zero_();
            double loss = 0;
            for (int part = 0; part < config.microBatches(); part++) {
                loss += accumulate(state, measured);
            }
            measured.put("loss", loss);
            double norm = state.live.gradient().norm().item_double();
            measured.put("gradient_norm", norm);
            double rate = config.optimizer().at(state.step, config.totalSteps());
            measured.put("learning_rate", rate);
            if (Double.isFinite(norm) && Double.isFinite(loss)) {
                state.optimizer.update(state.live, rate, state.average, config.emaRate());
            } else {
                state.skipped++;
            }
        }
        measured.put("points", (double) points(state.step));
        measured.put("skipped", (double) state.skipped);
        state.step++;
        return measured;
    }

    /** Adds the gradient and the measurements of one part of the batch; returns its share of the loss. */
    private double accumulate(TrainingState state, Map<String, Double> measured) {
        boolean warmingUp = state.step < config.warmUpSteps();
        Objective objective = warmingUp ? warmUp : config.objective();
        double share = 1.0 / config.microBatches();
        try (Scope scope = Scope.open()) {
            Example example = state.examples.next(config.batchSize() / config.microBatches(), points(state.step));
            Dropout dropout = config.network().dropout() == 0 ? Dropout.off() : state.examples.dropout();
            Objective.Loss loss;
            Tensor total;
            try (Precision.Guard guard = precision.on(device)) {
                Pass live = new Pass(state.live, dropout);
                Pass constant = new Pass(state.constant, dropout);
                loss = objective.apply(function, live, constant, example, distance);
                Optional<SelfDistillation> distillation = warmingUp ? Optional.empty() : config.selfDistillation();
                if (distillation.isPresent()) {
                    Pass average = Pass.evaluating(state.average);
                    loss = loss.plus(
                            "distillation",
                            distillation
                                    .get()
                                    .apply(function, live, average, example, state.examples.noise()::normal, distance));
                }
                total = loss.total().mul(new Scalar(share));
            }
            total.backward();
            loss.terms().forEach((name, term) -> measured.merge(name, share * term.item_double(), Double::sum));
            return total.item_double();
        }
    }
}
