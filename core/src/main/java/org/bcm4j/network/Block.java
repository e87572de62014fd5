package org.bcm4j.network;

import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Operations;

/**
 * One step of a U-Net's down path, middle or up path. Maps features [B,C,H,W] and the activated embedding [B,E] to
 * features.
 */
sealed interface Block permits ResidualBlock, Block.Attending, Block.Entrance {
    <V> V apply(Operations<V> op, V x, V embedding);

    /** Attention that is added to its input. It ignores the embedding. */
    record Attending(Attention attention) implements Block {
        @Override
        public <V> V apply(Operations<V> op, V x, V embedding) {
            return op.add(x, attention.apply(op, x));
        }
    }

    /** The first convolution. */
    record Entrance(Convolution convolution) implements Block {
        @Override
        public <V> V apply(Operations<V> op, V x, V embedding) {
            return convolution.apply(op, x);
        }
    }
}
