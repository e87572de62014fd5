package org.bcm4j.walk;

import java.util.function.LongUnaryOperator;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.KeyedRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The noise of a batch of images. Each image has a number. Its noise depends only on the seed, that number and the
 * number of earlier draws. Image 7 of a seed therefore gets the same noise alone, in a batch of a thousand, or in
 * another process. Each draw serves the next move that needs noise, so create a new instance to walk the same batch
 * again. Not thread-safe.
 */
public final class ImageNoise implements NoiseSource {
    private static final int START = 0;
    private static final int ADDED = 1;

    private final KeyedRandom start;
    private final KeyedRandom added;

    private ImageNoise(KeyedRandom start, KeyedRandom added) {
        this.start = start;
        this.added = added;
    }

    /** The noise of consecutive images, numbered from {@code first}. The shape of each draw sets how many. */
    public static ImageNoise from(long seed, long first, Device device) {
        return of(seed, row -> first + row, device);
    }

    /**
     * The noise of images whose numbers a function gives. Equal numbers get equal noise.
     *
     * @param numbers maps the place of an image in a draw, from 0, to its number
     */
    public static ImageNoise of(long seed, LongUnaryOperator numbers, Device device) {
        return new ImageNoise(
                KeyedRandom.of(seed, START, numbers, device), KeyedRandom.of(seed, ADDED, numbers, device));
    }

    /** The noise of images with the given numbers. Equal numbers get equal noise. */
    public static ImageNoise of(long seed, long[] images, Device device) {
        return new ImageNoise(KeyedRandom.of(seed, START, images, device), KeyedRandom.of(seed, ADDED, images, device));
    }

    /** The noise that generation starts from: standard normal, float32 [B,C,H,W]. */
    public Tensor start(long... shape) {
        return start.normal(shape);
    }

    /** The noise that a move adds: standard normal, float32 [B,C,H,W]. */
    @Override
    public Tensor normal(long... shape) {
        return added.normal(shape);
    }
}
