package org.bcm4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** One step of a run: draws, losses, gradients, update. */
final class TrainingStep implements AutoCloseable {
    private final TrainingConfig config;
    private final ConsistencyFunction function;
    private final Device device;
    private final Precision precision;
    private final PseudoHuber distance;
    private final Objective warmUp = new Denoising();
    private final Lanes lanes;

    TrainingStep(TrainingConfig config, ConsistencyFunction function, Device device, Precision precision) {
        this.config = config;
        this.function = function;
        this.device = device;
        this.precision = precision;
        this.distance = config.distance();
        this.lanes = new Lanes(config.lanesOn(device));
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
            state.weights.clearGradient();
            state.adversary.ifPresent(adversary -> adversary.weights.clearGradient());
            double loss = 0;
            for (int part = 0; part < config.microBatches(); part++) {
                loss += accumulate(state, measured);
            }
            measured.put("loss", loss);
            Weights live = state.weights.withGradient();
            Optional<Weights> rival = state.adversary.map(adversary -> adversary.weights.withGradient());
            double norm = gradientNorm(live);
            measured.put("gradient_norm", norm);
            double rate = config.optimizer().at(state.step, config.totalSteps());
            measured.put("learning_rate", rate);
            boolean rivalIsFinite =
                    rival.map(weights -> Double.isFinite(gradientNorm(weights))).orElse(true);
            if (Double.isFinite(norm) && Double.isFinite(loss) && rivalIsFinite) {
                state.optimizer.update(live, rate, state.average, config.emaRate());
                rival.ifPresent(weights -> update(state, weights));
            } else {
                state.skipped++;
            }
        }
        measured.put("points", (double) points(state.step));
        measured.put("skipped", (double) state.skipped);
        state.step++;
        return measured;
    }

    private static double gradientNorm(Weights weights) {
        return weights.gradient().norm().item_double();
    }

    private void update(TrainingState state, Weights rival) {
        double rate = config.adversarial().orElseThrow().optimizer().at(state.step, config.totalSteps());
        state.adversary.orElseThrow().optimizer.update(rival, rate);
    }

    /** Adds the gradient and the measurements of one micro-batch, computed in parts side by side; returns its share of the loss. */
    private double accumulate(TrainingState state, Map<String, Double> measured) {
        int count = lanes.count();
        try (Scope scope = Scope.open()) {
            List<Callable<Outcome>> parts = new ArrayList<>();
            // Drawn here, one after another: what is drawn may not depend on which lane is quicker.
            for (int lane = 0; lane < count; lane++) {
                Example example =
                        state.examples.next(config.batchSize() / config.microBatches() / count, points(state.step));
                SeededGenerator generator = state.examples.forPart();
                Part part = new Part(state, lane, example, generator);
                parts.add(part::run);
            }
            double share = 1.0 / (config.microBatches() * count);
            double loss = 0;
            for (Outcome outcome : lanes.run(parts)) {
                loss += share * outcome.loss();
                outcome.terms().forEach((name, term) -> measured.merge(name, share * term, Double::sum));
            }
            return loss;
        }
    }

    /**
     * What one lane measured.
     *
     * @param terms the parts of the loss, and the loss of the discriminator, which is its own
     */
    private record Outcome(double loss, Map<String, Double> terms) {}

    /** What one lane does. */
    private final class Part {
        private final TrainingState state;
        private final int lane;
        private final Example example;
        private final SeededGenerator generator;
        private final Pass live;
        private final Pass constant;
        private final boolean warmingUp;

        Part(TrainingState state, int lane, Example example, SeededGenerator generator) {
            this.state = state;
            this.lane = lane;
            this.example = example;
            this.generator = generator;
            Dropout dropout = config.network().dropout() == 0 ? Dropout.off() : Dropout.drawnFrom(generator);
            live = new Pass(state.weights.live(lane), dropout);
            constant = new Pass(state.weights.constant, dropout);
            warmingUp = state.step < config.warmUpSteps();
        }

        /** Adds to the lane's gradients. */
        Outcome run() {
            try (generator;
                    Scope scope = Scope.open()) {
                Objective.Loss loss;
                Optional<AdversarialTraining.Losses> rivals;
                try (Precision.Guard guard = precision.on(device)) {
                    Objective objective = warmingUp ? warmUp : config.objective();
                    loss = objective.apply(function, live, constant, example, distance);
                    for (WalkTerm term : warmingUp ? List.<WalkTerm>of() : config.walkTerms()) {
                        loss = loss.plus(term.name(), walked(term));
                    }
                    Optional<Tensor> estimates = loss.estimates();
                    rivals = warmingUp
                            ? Optional.empty()
                            : state.adversary.map(adversary -> rivals(adversary, estimates.orElseThrow()));
                    if (rivals.isPresent()) {
                        loss = loss.plus("adversarial", rivals.get().generator());
                    }
                }
                Map<String, Double> terms = new TreeMap<>();
                backward(loss.total());
                loss.terms().forEach((name, term) -> terms.put(name, term.item_double()));
                rivals.map(AdversarialTraining.Losses::discriminator).ifPresent(own -> {
                    backward(own);
                    terms.put("discriminator", own.item_double());
                });
                return new Outcome(loss.total().item_double(), terms);
            }
        }

        private Tensor walked(WalkTerm term) {
            Pass average = Pass.evaluating(state.average);
            return term.apply(function, live, average, example, generator::normal, distance);
        }

        private AdversarialTraining.Losses rivals(Adversary adversary, Tensor estimates) {
            AdversarialTraining settings = config.adversarial().orElseThrow();
            Pass average = Pass.evaluating(state.average);
            return settings.apply(function, live, average, adversary, lane, example, estimates, generator::normal);
        }

        /** As a share of the whole batch's. */
        private void backward(Tensor loss) {
            loss.mul(new Scalar(1.0 / (config.microBatches() * lanes.count()))).backward();
        }
    }

    @Override
    public void close() {
        lanes.close();
    }
}
