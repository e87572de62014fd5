package org.bcm4j.data;

import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The order in which training sees a data set: endless epochs, each a fresh permutation of all indices. Epoch k of seed s is the same
 * permutation on every machine and Java version, so the number of an example decides which image it is. A batch may begin in one epoch and
 * end in the next; no image is left out. Not safe for use by several threads at once.
 */
public final class ShuffledOrder {
    private final long seed;
    private final int[] permutation;
    private long epoch;

    /**
     * An order of the indices below {@code size}.
     *
     * @param size images in the data set, at least 1
     * @param seed the seed of all epochs
     */
    public ShuffledOrder(int size, long seed) {
        if (size < 1) {
            throw new IllegalArgumentException("cannot shuffle " + size + " examples");
        }
        this.seed = seed;
        this.permutation = new int[size];
        shuffle(0);
    }

    /**
     * The index of an image, in [0, size). Numbers that follow each other are quick; going to another epoch shuffles the whole set.
     *
     * @param example the number of the example from the start of training, at least 0
     */
    public long index(long example) {
        if (example < 0) {
            throw new IllegalArgumentException("there is no example number " + example);
        }
        long wanted = example / permutation.length;
        if (wanted != epoch) {
            shuffle(wanted);
        }
        return permutation[(int) (example % permutation.length)];
    }

    /** The indices of {@code count} examples from number {@code first} on. */
    public long[] indices(long first, int count) {
        return LongStream.range(first, first + count).map(this::index).toArray();
    }

    private void shuffle(long wanted) {
        epoch = wanted;
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
