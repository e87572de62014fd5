package org.bcm4j.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The bytes of images of one size, in one or several buffers. Each buffer holds whole images, as one array or one mapped
 * file may be too small for all of them. Immutable and thread-safe.
 */
final class ImageBytes {
    private final List<ByteBuffer> parts;
    private final int length;
    /** The index of the first image of each part, and the number of images at the end. */
    private final long[] firsts;

    /**
     * @param parts from position 0 to their capacities
     * @param length bytes of an image
     * @throws IllegalArgumentException if a part does not hold whole images
     */
    ImageBytes(List<ByteBuffer> parts, int length) {
        this.parts = parts.stream().filter(part -> part.capacity() > 0).toList();
        this.length = length;
        firsts = new long[this.parts.size() + 1];
        for (int i = 0; i < this.parts.size(); i++) {
            int bytes = this.parts.get(i).capacity();
            if (bytes % length != 0) {
                throw new IllegalArgumentException(bytes + " bytes are no images of " + length + " bytes");
            }
            firsts[i + 1] = firsts[i] + bytes / length;
        }
    }

    /** The number of images. */
    long count() {
        return firsts[parts.size()];
    }

    /**
     * Copies an image.
     *
     * @throws IndexOutOfBoundsException if there is no such image
     */
    void copy(long index, byte[] target, int at) {
        Objects.checkIndex(index, count());
        int found = Arrays.binarySearch(firsts, index);
        int part = found >= 0 ? found : -found - 2;
        parts.get(part).get(Math.toIntExact(index - firsts[part]) * length, target, at, length);
    }
}
