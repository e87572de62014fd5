package org.bcm4j.optimizer;

import static org.bcm4j.config.Requirement.require;

import org.bcm4j.config.Default;

/**
 * RAdam's constants.
 *
 * @param learningRate the rate before any decay
 * @param decayFrom fraction of the steps after which the rate falls linearly to 0; 1 for a constant rate, as in the
 *     paper
 */
public record OptimizerSettings(
        @Default("0.0001") double learningRate,
        @Default("0.9") double beta1,
        @Default("0.999") double beta2,
        @Default("1.0e-8") double epsilon,
        @Default("1.0") double decayFrom) {

    public OptimizerSettings {
        require(learningRate > 0, "learning_rate", "must be positive, is " + learningRate);
        require(beta1 >= 0 && beta1 < 1, "beta1", "must lie in [0,1), is " + beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2", "must lie in [0,1), is " + beta2);
        require(decayFrom >= 0 && decayFrom <= 1, "decay_from", "must lie in [0,1], is " + decayFrom);
    }

    /** The learning rate at step k of K. */
    public double at(long k, long steps) {
        double done = (double) k / steps;
        return done <= decayFrom ? learningRate : learningRate * (1 - done) / (1 - decayFrom);
    }
}
