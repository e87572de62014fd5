package org.bcm4j.data;

import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The order in which training sees a data set: endless epochs, each a fresh permutation of all indices. Epoch k of seed
 * s is the same permutation on every machine and Java version, so an example's number determines its image. A batch can
 * begin in one epoch and end in the next; no image is left out. Not thread-safe.
 */
public final class ShuffledOrder {
    private final long seed;
    private final int[] permutation;
    private long epoch;

    /**
     * An order of the indices below {@code size}.
     *
     * @param size the number of images in the data set, at least 1
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
     * The index of an example's image, in [0, size). Consecutive numbers are fast. A change of epoch shuffles the whole
     * set.
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

    /** The indices of {@code count} examples, starting at number {@code first}. */
    public long[] indices(long first, int count) {
        return LongStream.range(first, first + count).map(this::index).toArray();
    }

    private void shuffle(long wanted) {
        epoch = wanted;
        // Seeding by the hash of the seed plus the epoch makes the epochs of neighbouring seeds differ.
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
        for (int i = 0; i < permutation.length; i++) {
            int j = below(i + 1, random);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
    }

    /**
     * A number in [0, bound), from 63 random bits, with a bias of less than 2^-32. It is implemented here because the
     * platform's bounded draws do not specify how they use their bits, and can change with its version.
     */
    private static int below(int bound, SplittableRandom random) {
        return (int) Math.multiplyHigh(random.nextLong() >>> 1, (long) bound << 1);
    }
}
