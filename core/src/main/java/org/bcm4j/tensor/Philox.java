package org.bcm4j.tensor;

/**
 * Philox4x32-10: a bijection of 128-bit counters, keyed by 64 bits, whose outputs pass as random (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Any number of a sequence can be computed without those
 * before it.
 */
final class Philox {
    /** The number of 32-bit words per counter. */
    static final int WORDS = 4;

    static final int ROUNDS = 10;
    static final long MULTIPLIER_0 = 0xD2511F53L;
    static final long MULTIPLIER_1 = 0xCD9E8D57L;
    static final int BUMP_0 = 0x9E3779B9;
    static final int BUMP_1 = 0xBB67AE85;

    private final int key0;
    private final int key1;

    Philox(long key) {
        key0 = (int) key;
        key1 = (int) (key >>> 32);
    }

    /**
     * Writes {@code count} words, starting at {@code offset}: those of the counters (block, purpose, item), (block + 1,
     * purpose, item) and so on. The item is the counter's upper 64 bits.
     */
    void fill(int[] words, int offset, int count, int block, int purpose, long item) {
        int at = offset;
        int end = offset + count;
        for (int counter = block; at < end; counter++) {
            int c0 = counter;
            int c1 = purpose;
            int c2 = (int) item;
            int c3 = (int) (item >>> 32);
            int k0 = key0;
            int k1 = key1;
            for (int round = 0; round < ROUNDS; round++) {
                long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
                long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
                c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
                c1 = (int) product1;
                c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
                c3 = (int) product0;
                k0 += BUMP_0;
                k1 += BUMP_1;
            }
            words[at++] = c0;
            if (at < end) {
                words[at++] = c1;
            }
            if (at < end) {
                words[at++] = c2;
            }
            if (at < end) {
                words[at++] = c3;
            }
        }
    }
}
