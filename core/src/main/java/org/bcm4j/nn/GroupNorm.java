package org.bcm4j.nn;

import java.util.List;
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
        return op.observed(name, op.groupNorm(x, groups, weight(op), bias(op), epsilon));
    }

    /** The SiLU of the norm. */
    public <V> V activated(Operations<V> op, V x) {
        return op.activatedNorm(this, x, List.of());
    }

    /** SiLU(norm(x)·(1 + scale) + shift), with a scale and a shift [B,C,1,1]. */
    public <V> V activated(Operations<V> op, V x, V scale, V shift) {
        return op.activatedNorm(this, x, List.of(scale, shift));
    }

    <V> V weight(Operations<V> op) {
        return op.parameter(name + ".weight", Initialization.ONE, channels);
    }

    <V> V bias(Operations<V> op) {
        return op.parameter(name + ".bias", Initialization.ZERO, channels);
    }
}
