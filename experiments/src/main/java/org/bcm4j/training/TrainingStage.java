package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import org.bcm4j.config.Default;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.training.terms.LossTerm;
import org.bcm4j.training.terms.StepCost;

/**
 * A part of a run with its own objective. Every stage after the first starts from the averaged weights of the stage
 * before, with a fresh optimiser.
 *
 * @param steps K
 * @param terms the terms whose sum is minimised
 * @param curriculum N over the steps
 * @param shiftedGrid whether the inner points of the time grid are shifted in each step, by up to half the distance
 *     between points. f then learns the noise scales between the points of the grid too
 * @param optimizer RAdam's constants, including the learning rate
 * @param emaRate decay of the moving average per step
 */
public record TrainingStage(
        long steps,
        List<LossTerm> terms,
        @Default("{kind: doubling, s0: 10, s1: 1280}") Curriculum curriculum,
        @Default("false") boolean shiftedGrid,
        @Default("{}") OptimizerSettings optimizer,
        @Default("0.9999") double emaRate) {
    public TrainingStage {
        terms = List.copyOf(terms);
        require(steps > 0, "steps", "must be positive, is " + steps);
        require(!terms.isEmpty(), "terms", "must not be empty");
        long names = terms.stream().map(LossTerm::name).distinct().count();
        require(names == terms.size(), "terms", "must not hold two of one kind");
        require(emaRate >= 0 && emaRate < 1, "ema_rate", "must lie in [0,1), is " + emaRate);
    }

    /** The cost of a step for each image of its batch. */
    StepCost cost(NetworkConfig network) {
        return terms.stream()
                .map(term -> term.cost(network))
                .reduce(StepCost::then)
                .orElseThrow();
    }

    /** The number of forward passes whose outputs a step holds at once, as {@link StepCost#passes}. */
    double passes(NetworkConfig network, SideBySide sideBySide) {
        return sideBySide.terms() == 1
                ? cost(network).passes()
                : terms.stream()
                        .mapToDouble(term -> term.cost(network).passes())
                        .sum();
    }

    /** The same stage with another number of steps. */
    public TrainingStage withSteps(long count) {
        return new TrainingStage(count, terms, curriculum, shiftedGrid, optimizer, emaRate);
    }

    /** The same stage with other terms. */
    public TrainingStage withTerms(List<LossTerm> others) {
        return new TrainingStage(steps, others, curriculum, shiftedGrid, optimizer, emaRate);
    }
}
