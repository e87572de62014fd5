package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;

/**
 * NCSN++'s features: sine and cosine of 2π·scale·w·(¼·ln t) at {@code width}/2 frequencies w. The frequencies are
 * standard normal numbers, drawn once. They are stored with the weights, because a model needs them, but training does
 * not change them.
 *
 * @param scale 16 in EDM and score SDE, 0.02 in improved consistency training and BCM
 */
public record FourierFeatures(String name, int width, double scale) implements ScaleFeatures {
    @Override
    public double logFactor() {
        return 0.25;
    }

    @Override
    public <V> V ofArgument(Operations<V> op, V argument) {
        // The order of the factors matters: at scale 16 the angles reach hundreds, and another order rounds
        // differently.
        V drawn = op.detached(op.parameter(name, Initialization.NORMAL, width / 2));
        V frequencies = op.multiply(op.multiply(drawn, scale), 2 * Math.PI);
        V angle = op.multiply(op.reshape(argument, Operations.BATCH, 1), frequencies);
        return op.concatenate(1, op.sin(angle), op.cos(angle));
    }
}
