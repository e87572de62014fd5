package org.bcm4j;

import static org.bcm4j.tensor.Ops.scalar;

import java.awt.image.BufferedImage;
import java.util.OptionalDouble;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * The noises of one or more images: what inversion returns and generation starts from. N noises of the images' shape
 * [C,H,W], with mean 0 and standard deviation 1.
 */
public final class Noise extends ImageBatch {
    /** The number of standard deviations between grey and black or white in {@link #image}. */
    private static final double DRAWN_DEVIATIONS = 3;

    private final OptionalDouble noiseScale;

    private Noise(float[] values, int channels, int height, int width, OptionalDouble noiseScale) {
        super(values, channels, height, width);
        this.noiseScale = noiseScale;
    }

    private Noise(Tensor noises, OptionalDouble noiseScale) {
        super(noises);
        this.noiseScale = noiseScale;
    }

    /**
     * The noises that a model has found at a noise scale.
     *
     * @param noises float32 [N,C,H,W], divided by the noise scale
     */
    static Noise found(Tensor noises, double noiseScale) {
        return new Noise(noises, OptionalDouble.of(noiseScale));
    }

    /**
     * Noises from an array.
     *
     * @param values of mean 0 and standard deviation 1, noise by noise, channel by channel, row by row; copied
     * @param channels 1 or 3
     * @throws IllegalArgumentException if the values do not fill whole noises, or are not finite
     */
    public static Noise of(float[] values, int channels, int height, int width) {
        return new Noise(values.clone(), channels, height, width, OptionalDouble.empty());
    }

    /**
     * A copy of a tensor.
     *
     * @param noises float32 [N,C,H,W], on any device
     * @throws IllegalArgumentException if it is of another shape or type
     */
    public static Noise ofTensor(Tensor noises) {
        return new Noise(noises, OptionalDouble.empty());
    }

    /** The noise scale to which the inversion led that found the noises; empty for others, which fit any. */
    public OptionalDouble noiseScale() {
        return noiseScale;
    }

    /** Some of the noises, in the given order. Numbers count from 0. */
    public Noise select(int... numbers) {
        return new Noise(selected(numbers), channels(), height(), width(), noiseScale);
    }

    /** One noise as a picture. 3 standard deviations below the mean is black, 3 above is white. */
    public BufferedImage image(int i) {
        try (Scope scope = Scope.open()) {
            return ImageFiles.bufferedImage(select(i).tensor().div(scalar(DRAWN_DEVIATIONS)));
        }
    }
}
