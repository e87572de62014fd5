package org.bcm4j.data;

import java.util.SplittableRandom;

/**
 * The order in which training sees a data set: endless epochs, each a fresh permutation of all indices. Epoch k of seed
 * s is the same permutation on every machine and Java version, so three numbers are the whole state and a resumed run
 * continues exactly. A batch may begin in one epoch and end in the next; no example is dropped. Not safe for use by
 * several threads at once.
 */
public final class ShuffledOrder {
    /**
     * Where an order stands.
     *
     * @param seed the seed of all epochs
     * @param epoch permutations used up; 0 or more
     * @param position indices already taken from the current permutation; 0 or more
     */
    public record State(long seed, long epoch, long position) {
        public State {
            if (epoch < 0 || position < 0) {
                throw new IllegalArgumentException(
                        "epoch " + epoch + " and position " + position + " must not be negative");
            }
        }

        /** The very beginning. */
        public static State start(long seed) {
            return new State(seed, 0, 0);
        }
    }

    private final long seed;
    private final int[] permutation;
    private long epoch;
    private int position;

    /**
     * Continues at {@code state}.
     *
     * @param size examples in the data set, at least 1
     * @throws IllegalArgumentException if the state lies beyond a data set of that size
     */
    public ShuffledOrder(int size, State state) {
        if (size < 1) {
            throw new IllegalArgumentException("cannot shuffle " + size + " examples");
        }
        if (state.position() > size) {
            throw new IllegalArgumentException(
                    "position " + state.position() + " lies beyond the " + size + " examples of the data set");
        }
        this.seed = state.seed();
        this.permutation = new int[size];
        this.epoch = state.epoch();
        this.position = (int) state.position();
        shuffle();
    }

    /**
     * The next indices, each in [0, size).
     *
     * @param batch how many, 0 or more; may exceed the size of the data set
     */
    public long[] next(int batch) {
        long[] indices = new long[batch];
        for (int i = 0; i < batch; i++) {
            if (position == permutation.length) {
                epoch++;
                position = 0;
                shuffle();
            }
            indices[i] = permutation[position++];
        }
        return indices;
    }

    /** What to hand to the constructor for the same indices to follow. */
    public State state() {
        return new State(seed, epoch, position);
    }

    private void shuffle() {
        // Seeding by the hash of the seed plus the epoch keeps the epochs of neighbouring seeds apart.
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
        for (int i = 0; i < permutation.length; i++) {
            int j = below(i + 1, random);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
    }

    /**
     * A number in [0, bound), from 63 random bits, with a bias of less than 2^-32. Spelled out because how the
     * platform's bounded draws use their bits is not specified, and may change with its version.
     */
    private static int below(int bound, SplittableRandom random) {
        return (int) Math.multiplyHigh(random.nextLong() >>> 1, (long) bound << 1);
    }
}
