package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;

/** Group normalisation with a scale and a shift per channel: maps [B,C,H,W] to [B,C,H,W]. */
public record GroupNorm(String name, int groups, int channels, double epsilon) {
    /** ADM's norm: 32 groups, or the largest smaller power of two that divides the channels; ε = 1e-5. */
    public static GroupNorm adm(String name, int channels) {
        return new GroupNorm(name, Math.min(32, Integer.lowestOneBit(channels)), channels, 1e-5);
    }

    /** NCSN++'s norm: groups of four channels, or 32 groups if that is fewer; ε = 1e-6. */
    public static GroupNorm ncsnpp(String name, int channels) {
        return new GroupNorm(name, Math.min(32, channels / 4), channels, 1e-6);
    }

    public <V> V apply(Operations<V> op, V x) {
        V weight = op.parameter(name + ".weight", Initialization.ONE, channels);
        V bias = op.parameter(name + ".bias", Initialization.ZERO, channels);
        return op.observed(name, op.groupNorm(x, groups, weight, bias, epsilon));
    }
}
