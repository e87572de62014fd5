package org.bcm4j.metrics;

import java.util.Iterator;
import java.util.stream.LongStream;

/** The indices from 0 up to {@code count}, in batches. Only the images of one batch are in memory at a time. */
record Batches(long count) implements Iterable<long[]> {
    /** The batch size, which is part of every protocol: with another size, the same seed draws other noise. */
    static final int SIZE = 100;

    static Batches of(long count) {
        return new Batches(count);
    }

    @Override
    public Iterator<long[]> iterator() {
        return LongStream.range(0, (count + SIZE - 1) / SIZE)
                .mapToObj(batch -> LongStream.range(batch * SIZE, Math.min(count, (batch + 1) * SIZE))
                        .toArray())
                .iterator();
    }
}
