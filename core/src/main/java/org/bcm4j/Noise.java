package org.bcm4j;

import static org.bcm4j.tensor.Ops.scalar;

import java.awt.image.BufferedImage;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * The noises of one or more images, as an inversion finds them and generation starts from: N noises of the images' form [C,H,W], of mean 0 and
 * standard deviation 1.
 *
 * <p>They lie in Java's memory: there is nothing to close. Immutable, and safe for any number of threads.
 */
public final class Noise {
    /** How many standard deviations are drawn black and white. */
    private static final double DRAWN_DEVIATIONS = 3;

    private final ImageBatch batch;

    Noise(ImageBatch batch) {
        this.batch = batch;
    }

    /**
     * Noises from numbers.
     *
     * @param values of mean 0 and standard deviation 1, noise by noise, channel by channel, row by row; copied
     * @param channels 1 or 3
     * @throws IllegalArgumentException if the numbers do not fill whole noises, or are not finite
     */
    public static Noise of(float[] values, int channels, int height, int width) {
        return new Noise(ImageBatch.of(values.clone(), channels, height, width));
    }

    /**
     * A copy of a tensor.
     *
     * @param noises float32 [N,C,H,W], on any device
     * @throws IllegalArgumentException if it is of another shape or type
     */
    public static Noise ofTensor(Tensor noises) {
        return new Noise(ImageBatch.of(noises));
    }

    /** N, at least 1. */
    public int count() {
        return batch.count();
    }

    /** C. */
    public int channels() {
        return batch.channels();
    }

    /** H. */
    public int height() {
        return batch.height();
    }

    /** W. */
    public int width() {
        return batch.width();
    }

    /** The numbers of one noise, [C*H*W], a copy. */
    public float[] values(int i) {
        return batch.values(i);
    }

    /** The numbers of all noises, [N*C*H*W], a copy. */
    public float[] values() {
        return batch.values();
    }

    /** Some of the noises, in the given order; each number from 0. */
    public Noise select(int... numbers) {
        return new Noise(batch.select(numbers));
    }

    /** One noise as a picture: 3 standard deviations below the mean are black, 3 above are white. */
    public BufferedImage image(int i) {
        try (Scope scope = Scope.open()) {
            return ImageFiles.bufferedImage(select(i).tensor().div(scalar(DRAWN_DEVIATIONS)));
        }
    }

    /** For experts: float32 [N,C,H,W] on the CPU, a copy that belongs to the caller's {@link Scope}, which has to be open. */
    public Tensor tensor() {
        return batch.tensor();
    }

    @Override
    public String toString() {
        return "Noise " + batch;
    }
}
