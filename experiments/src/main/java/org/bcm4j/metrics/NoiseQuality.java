package org.bcm4j.metrics;

import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether noises are noise, and know nothing of their images. Measured of the first noises, as many as tell enough: at most 4,000.
 *
 * @param figures of the noises by themselves, and beside their images
 * @param classLeak the share, in [0,1], of a last quarter of the noises whose image's class a small classifier tells that was trained on the
 *     others ({@code ClassLeak}); absent of images without classes, and of fewer than 8
 */
public record NoiseQuality(NoiseFigures figures, Optional<Double> classLeak) {
    private static final long MOST = 4000;
    /** Numbers that are kept of noises, 256 MiB of them. */
    private static final long MOST_NUMBERS = 1L << 26;

    /** Of how many noises the figures are, where there are {@code count} images. */
    static long countOf(LabelledImages images, long count) {
        long numbers = (long) images.channels() * images.height() * images.width();
        return Math.min(count, Math.max(2, Math.min(MOST, MOST_NUMBERS / numbers)));
    }

    /**
     * Of drawn noises: the yardstick.
     *
     * @param images beside which they are held, at least 2
     * @param count how many of the images
     * @param seed seeds the noises and the classifier
     */
    public static NoiseQuality ofDrawn(LabelledImages images, long count, long seed) {
        try (Scope scope = Scope.open()) {
            long[] shape = {countOf(images, count), images.channels(), images.height(), images.width()};
            return of(ImageNoise.from(seed, 0, Device.CPU).start(shape), images, seed);
        }
    }

    /**
     * Of noises.
     *
     * @param noises float32 [N,C,H,W], N at least 1, to which the first N images were inverted, in units of the noise scale where they lie
     * @param seed seeds the classifier
     */
    public static NoiseQuality of(Tensor noises, LabelledImages images, long seed) {
        long[] indices = LongStream.range(0, noises.size(0)).toArray();
        int classes = images.classNames().size();
        Optional<Double> leak = classes > 1 && indices.length >= ClassLeak.LEAST
                ? Optional.of(new ClassLeak(seed).accuracy(Device.CPU.move(noises), images.labels(indices), classes))
                : Optional.empty();
        return new NoiseQuality(NoiseFigures.of(noises, images.images(indices)), leak);
    }

    /** Keeps the first noises while they pass by, batch by batch. */
    static final class Gathering {
        private final LabelledImages images;
        private final float[] numbers;
        private int length;

        /** @param count how many noises there will be */
        Gathering(LabelledImages images, long count) {
            this.images = images;
            long kept = countOf(images, count) * images.channels() * images.height() * images.width();
            numbers = new float[Math.toIntExact(kept)];
        }

        /** @param noises floating point [B,C,H,W], those of the images that follow the last batch's */
        void add(Tensor noises) {
            if (length < numbers.length) {
                float[] batch = HostTensors.floats(noises);
                int kept = Math.min(batch.length, numbers.length - length);
                System.arraycopy(batch, 0, numbers, length, kept);
                length += kept;
            }
        }

        NoiseQuality quality(long seed) {
            try (Scope scope = Scope.open()) {
                long one = (long) images.channels() * images.height() * images.width();
                return of(
                        HostTensors.ofFloats(
                                numbers, numbers.length / one, images.channels(), images.height(), images.width()),
                        images,
                        seed);
            }
        }
    }
}
