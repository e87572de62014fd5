package org.bcm4j.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The bytes of images of one size, in one or several buffers. Each buffer holds whole images, as one array or one mapped
 * file may be too small for all of them. Immutable and thread-safe.
 */
final class ImageBytes {
    private final List<ByteBuffer> parts;
    private final int length;
    private final Concatenation images;
    /** The place of each image in the parts. */
    private final LongUnaryOperator places;

    /**
     * @param parts from position 0 to their capacities
     * @param length bytes of an image
     * @throws IllegalArgumentException if a part does not hold whole images
     */
    ImageBytes(List<ByteBuffer> parts, int length) {
        this.parts = List.copyOf(parts);
        this.length = length;
        for (ByteBuffer part : parts) {
            if (part.capacity() % length != 0) {
                throw new IllegalArgumentException(part.capacity() + " bytes are no images of " + length + " bytes");
            }
        }
        images = new Concatenation(parts.stream().mapToLong(part -> part.capacity() / length));
        places = LongUnaryOperator.identity();
    }

    private ImageBytes(ImageBytes whole, LongUnaryOperator places) {
        this.parts = whole.parts;
        this.length = whole.length;
        this.images = whole.images;
        this.places = places;
    }

    /**
     * The same images in another order.
     *
     * @param order the present index of each image; not changed afterwards
     */
    ImageBytes inOrder(int... order) {
        return new ImageBytes(this, index -> places.applyAsLong(order[Math.toIntExact(index)]));
    }

    /** The number of images. */
    long count() {
        return images.size();
    }

    /**
     * Copies an image.
     *
     * @throws IndexOutOfBoundsException if there is no such image
     */
    void copy(long index, byte[] target, int at) {
        long place = places.applyAsLong(index);
        parts.get(images.part(place)).get(images.withinPart(place) * length, target, at, length);
    }
}
