package org.bcm4j.network;

import java.util.function.UnaryOperator;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Perceptron;

/** The embedding of (t, u) that every residual block receives, one for each {@link Conditioning}. */
sealed interface TimeEmbedding {
    /**
     * Maps two vectors [B] to [B,E].
     *
     * @param features maps noise scales [B] to features
     */
    <V> V apply(Operations<V> op, UnaryOperator<V> features, V t, V u);

    record TimeOnly(Perceptron embed) implements TimeEmbedding {
        @Override
        public <V> V apply(Operations<V> op, UnaryOperator<V> features, V t, V u) {
            return embed.apply(op, features.apply(t));
        }
    }

    record Joint(Perceptron embed) implements TimeEmbedding {
        @Override
        public <V> V apply(Operations<V> op, UnaryOperator<V> features, V t, V u) {
            return embed.apply(op, op.concatenate(1, features.apply(t), features.apply(u)));
        }
    }

    record Aligned(Perceptron start, Perceptron end, Linear align) implements TimeEmbedding {
        @Override
        public <V> V apply(Operations<V> op, UnaryOperator<V> features, V t, V u) {
            V fromStart = start.apply(op, features.apply(t));
            V fromEnd = end.apply(op, features.apply(u));
            return align.apply(op, op.concatenate(1, fromStart, fromEnd));
        }
    }
}
