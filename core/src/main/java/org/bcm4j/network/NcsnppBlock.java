package org.bcm4j.network;

import static org.bcm4j.network.ResidualBlock.rescaledSum;

import java.util.Optional;
import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.Initialization;

/**
 * NCSN++'s block: a residual block, optionally followed by attention. Each sum is scaled by √½. Maps [B,in,H,W] and the
 * activated embedding [B,E] to [B,out,H',W'].
 */
record NcsnppBlock(String name, ResidualBlock residual, Optional<Attention> attention) {
    static NcsnppBlock of(NcsnppConfig config, String name, int in, int out, boolean attends) {
        Optional<Attention> attention = attends ? Optional.of(Attention.ncsnpp(name, out)) : Optional.empty();
        return new NcsnppBlock(name, residual(config, name, in, out, Resampling.Pixels.KEPT, in != out), attention);
    }

    /** A block that halves height and width. */
    static NcsnppBlock down(NcsnppConfig config, String name, int channels) {
        return resampling(config, name, channels, new Resampling.FilteredDown(config.resampling()));
    }

    /** A block that doubles height and width. */
    static NcsnppBlock up(NcsnppConfig config, String name, int channels) {
        return resampling(config, name, channels, new Resampling.FilteredUp(config.resampling()));
    }

    private static NcsnppBlock resampling(NcsnppConfig config, String name, int channels, Resampling resampling) {
        return new NcsnppBlock(name, residual(config, name, channels, channels, resampling, true), Optional.empty());
    }

    private static ResidualBlock residual(
            NcsnppConfig config, String name, int in, int out, Resampling resampling, boolean convolvesSkip) {
        return new ResidualBlock(
                resampling,
                false,
                config.dropout(),
                true,
                GroupNorm.ncsnpp(name + ".norm0", in),
                new Convolution(name + ".conv0", in, out, 3, Initialization.GLOROT),
                new Linear(name + ".affine", config.embeddingWidth(), out, true, Initialization.GLOROT),
                GroupNorm.ncsnpp(name + ".norm1", out),
                new Convolution(name + ".conv1", out, out, 3, Initialization.ZERO),
                convolvesSkip
                        ? Optional.of(new Convolution(name + ".skip", in, out, 1, Initialization.GLOROT))
                        : Optional.empty());
    }

    <V> V apply(Operations<V> op, V x, V embedding) {
        V sum = op.observed(name + ".residual", residual.apply(op, x, embedding));
        return op.observed(
                name,
                attention.isPresent() ? rescaledSum(op, sum, attention.get().apply(op, sum)) : sum);
    }
}
