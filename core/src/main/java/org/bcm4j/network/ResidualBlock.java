package org.bcm4j.network;

import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Resampling;

/**
 * The residual block of ADM and of NCSN++, after BigGAN's: norm, SiLU, resampling, convolution; addition of the
 * embedding (or, with {@code scaleShift}, scaling and shifting of the second norm); norm, SiLU, dropout, convolution;
 * addition of the resampled skip. Maps [B,in,H,W] and the activated embedding [B,E] to [B,out,H',W'].
 *
 * @param resampling how height and width change, on the residual branch and on the skip
 * @param rescaled whether the sum is multiplied by √½, so that its variance equals that of its parts
 */
record ResidualBlock(
        Resampling resampling,
        boolean scaleShift,
        double dropout,
        boolean rescaled,
        GroupNorm norm1,
        Convolution conv1,
        Linear embed,
        GroupNorm norm2,
        Convolution conv2,
        Optional<Convolution> skip)
        implements Block {

    @Override
    public <V> V apply(Operations<V> op, V x, V embedding) {
        V h = conv1.apply(op, resampling.apply(op, op.silu(norm1.apply(op, x))));
        h = op.silu(conditioned(op, h, perChannel(op, embed.apply(op, embedding))));
        h = conv2.apply(op, op.dropout(h, dropout));
        V around = resampling.apply(op, x);
        V skipped = skip.isPresent() ? skip.get().apply(op, around) : around;
        return rescaled ? rescaledSum(op, h, skipped) : op.add(h, skipped);
    }

    private <V> V conditioned(Operations<V> op, V h, V embedded) {
        if (!scaleShift) {
            return norm2.apply(op, op.add(h, embedded));
        }
        List<V> scaleAndShift = op.halves(embedded, 1);
        return op.scaledAndShifted(norm2.apply(op, h), scaleAndShift.get(0), scaleAndShift.get(1));
    }

    /** Maps [B,C] to [B,C,1,1]. */
    private static <V> V perChannel(Operations<V> op, V x) {
        return op.reshape(x, Operations.BATCH, op.size(x, 1), 1, 1);
    }

    /** (a + b)/√2. */
    static <V> V rescaledSum(Operations<V> op, V a, V b) {
        return op.multiply(op.add(a, b), Math.sqrt(0.5));
    }
}
