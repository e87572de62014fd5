package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;

/**
 * Self-attention between the positions of an image: norm, q, k and v by one 1×1 convolution, attention of each head,
 * 1×1 convolution. Maps [B,C,H,W] to the tensor to add to it, of the same shape.
 *
 * @param order where q, k and v are among the channels of {@code qkv}
 * @param normalized whether q, k and v are normalised over each head's channels (EDM2's pixel norm, v/(1e-4 + ‖v‖/√d))
 */
public record Attention(
        String name,
        int channels,
        int headWidth,
        Order order,
        boolean normalized,
        GroupNorm norm,
        Convolution qkv,
        Convolution projection) {
    /** The order of the channels of q, k and v. */
    public enum Order {
        /** All of q, then all of k, then all of v, each ordered by head. */
        SEPARATE,
        /** By head; in each head q, k and v of the first channel, then those of the second, and so on. */
        INTERLEAVED
    }

    /** Prevents division by zero when zeros are normalised. */
    private static final double EPSILON = 1e-4;

    /** ADM's attention. */
    public static Attention adm(String name, int channels, int headWidth, boolean normalized) {
        return new Attention(
                name,
                channels,
                headWidth,
                Order.SEPARATE,
                normalized,
                GroupNorm.adm(name + ".norm", channels),
                new Convolution(name + ".qkv", channels, 3 * channels, 1),
                new Convolution(name + ".proj_out", channels, channels, 1, Initialization.ZERO));
    }

    /**
     * NCSN++'s attention, with a single head.
     *
     * @param name name of the block; this attention starts with the block's third norm
     */
    public static Attention ncsnpp(String name, int channels) {
        return new Attention(
                name,
                channels,
                channels,
                Order.INTERLEAVED,
                false,
                GroupNorm.ncsnpp(name + ".norm2", channels),
                new Convolution(name + ".qkv", channels, 3 * channels, 1, Initialization.GLOROT_FIFTH),
                new Convolution(name + ".proj", channels, channels, 1, Initialization.ZERO));
    }

    public <V> V apply(Operations<V> op, V x) {
        long height = op.size(x, 2);
        long width = op.size(x, 3);
        V all = byHead(op, qkv.apply(op, norm.apply(op, x)), height * width);
        int which = order == Order.SEPARATE ? 1 : 3;
        V mixed = op.attention(op.select(all, which, 0), op.select(all, which, 1), op.select(all, which, 2));
        V image = op.reshape(mixed, Operations.BATCH, channels, height, width);
        return projection.apply(op, op.observed(name + ".attention", image));
    }

    /** q, k and v: [B,3,heads,d,positions], or [B,heads,d,3,positions] if they are interleaved. */
    private <V> V byHead(Operations<V> op, V qkv, long positions) {
        long heads = channels / headWidth;
        V all = order == Order.SEPARATE
                ? op.reshape(qkv, Operations.BATCH, 3, heads, headWidth, positions)
                : op.reshape(qkv, Operations.BATCH, heads, headWidth, 3, positions);
        return normalized ? normalized(op, all) : all;
    }

    private <V> V normalized(Operations<V> op, V x) {
        V norm = op.norm(x, order == Order.SEPARATE ? 3 : 2);
        return op.divide(x, op.add(op.multiply(norm, 1 / Math.sqrt(headWidth)), EPSILON));
    }
}
