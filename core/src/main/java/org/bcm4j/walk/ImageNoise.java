package org.bcm4j.walk;

import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.KeyedRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The noise of a batch of images. Every image has a number, and its noise is a function of the seed, that number and how often noise was drawn
 * before: image 7 of a seed is the same alone, among a thousand, or in another process. Each draw is that of the next move that needs
 * noise, so a batch that walks again needs a new one. Not for concurrent use.
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

    /** Of the images {@code first}, {@code first} + 1 and so on, as many as are drawn for. */
    public static ImageNoise from(long seed, long first, Device device) {
        return new ImageNoise(
                KeyedRandom.from(seed, START, first, device), KeyedRandom.from(seed, ADDED, first, device));
    }

    /** Of images of given numbers; those of the same number get the same noise. */
    public static ImageNoise of(long seed, long[] images, Device device) {
        return new ImageNoise(KeyedRandom.of(seed, START, images, device), KeyedRandom.of(seed, ADDED, images, device));
    }

    /** What generation starts from: standard normal, float32 [B,C,H,W]. */
    public Tensor start(long... shape) {
        return start.normal(shape);
    }

    /** What a move adds: standard normal, float32 [B,C,H,W]. */
    @Override
    public Tensor normal(long... shape) {
        return added.normal(shape);
    }
}
