package org.bcm4j.data;

import java.util.Iterator;
import java.util.stream.LongStream;

/**
 * The indices from 0 up to {@code count}, in batches of {@value #SIZE}; the last may be smaller. Whoever measures images
 * takes them in these batches, so that only those of one are in memory at a time.
 *
 * @param count the number of images, at least 0
 */
public record Batches(long count) implements Iterable<long[]> {
    /** The batch size, which is part of every protocol: with another size, the same seed draws other noise. */
    public static final int SIZE = 100;

    /** The batches of the first {@code count} images. */
    public static Batches of(long count) {
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
