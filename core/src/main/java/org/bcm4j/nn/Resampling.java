package org.bcm4j.nn;

/** How a block changes height and width. */
public sealed interface Resampling {
    /** Maps [B,C,H,W] to [B,C,H',W']. */
    <V> V apply(Operations<V> op, V x);

    /** Resampling without a filter. */
    enum Pixels implements Resampling {
        KEPT {
            @Override
            public <V> V apply(Operations<V> op, V x) {
                return x;
            }
        },
        /** Means of 2×2 pixels. */
        HALVED {
            @Override
            public <V> V apply(Operations<V> op, V x) {
                return op.halvedByMeans(x);
            }
        },
        /** Each pixel four times. */
        DOUBLED {
            @Override
            public <V> V apply(Operations<V> op, V x) {
                return op.doubledByRepetition(x);
            }
        }
    }

    /** Halves the size with a filter. */
    record FilteredDown(FirResampling filter) implements Resampling {
        @Override
        public <V> V apply(Operations<V> op, V x) {
            return filter.down(op, x);
        }
    }

    /** Doubles the size with a filter. */
    record FilteredUp(FirResampling filter) implements Resampling {
        @Override
        public <V> V apply(Operations<V> op, V x) {
            return filter.up(op, x);
        }
    }
}
