package org.bcm4j.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;

/** The numbers of items that lie in several parts, one part after another. Immutable and thread-safe. */
public final class Concatenation {
    /** The number of the first item of each part, and the number of all items. */
    private final long[] starts;

    /** @param sizes the number of items of each part; a part can be empty */
    public Concatenation(LongStream sizes) {
        long[] all = sizes.toArray();
        starts = new long[all.length + 1];
        for (int part = 0; part < all.length; part++) {
            starts[part + 1] = Math.addExact(starts[part], all[part]);
        }
    }

    /** The number of items. */
    public long size() {
        return starts[starts.length - 1];
    }

    /**
     * The part, from 0, that holds an item.
     *
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public int part(long item) {
        Objects.checkIndex(item, size());
        int found = Arrays.binarySearch(starts, item);
        if (found < 0) {
            return -found - 2;
        }
        while (starts[found + 1] == item) {
            found++; // over empty parts
        }
        return found;
    }

    /**
     * The number of an item within its part.
     *
     * @throws IndexOutOfBoundsException if there is no such item
     * @throws ArithmeticException if the number is no {@code int}
     */
    public int withinPart(long item) {
        return Math.toIntExact(item - starts[part(item)]);
    }
}
