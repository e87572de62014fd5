package org.bcm4j.metrics.noise;

import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether noises are noise and independent of their images. The first noises are measured, at most 4,000, which is
 * enough.
 *
 * @param figures figures of the noises and of their relation to their images
 * @param classLeak share, in [0,1], of the last quarter of the noises whose class a small classifier predicts
 *     correctly. It was trained on the other noises ({@code ClassLeak}). Absent for images without classes, and for
 *     fewer than 8
 */
public record NoiseQuality(NoiseFigures figures, Optional<Double> classLeak) {
    private static final long MOST = 4000;
    /** The most numbers of noises to keep: 256 MiB. */
    private static final long MOST_NUMBERS = 1L << 26;

    /** The number of noises to measure if there are {@code count} images. */
    static long countOf(LabelledImages images, long count) {
        long numbers = (long) images.channels() * images.height() * images.width();
        return Math.min(count, Math.max(2, Math.min(MOST, MOST_NUMBERS / numbers)));
    }

    /**
     * The quality of drawn noises, as a baseline.
     *
     * @param images the images with which the noises are compared, at least 2
     * @param count the number of images
     * @param seed seeds the noises and the classifier
     */
    public static NoiseQuality ofDrawn(LabelledImages images, long count, long seed) {
        try (Scope scope = Scope.open()) {
            long[] shape = {countOf(images, count), images.channels(), images.height(), images.width()};
            return of(ImageNoise.from(seed, 0, Device.CPU).start(shape), images, seed);
        }
    }

    /**
     * The quality of given noises.
     *
     * @param noises float32 [N,C,H,W], N at least 1: the inversions of the first N images, in units of their noise
     *     scale. Of more than enough, the first are measured
     * @param seed seeds the classifier
     */
    public static NoiseQuality of(Tensor noises, LabelledImages images, long seed) {
        Tensor measured = noises.narrow(0, 0, countOf(images, noises.size(0)));
        long[] indices = LongStream.range(0, measured.size(0)).toArray();
        int classes = images.classNames().size();
        Optional<Double> leak = classes > 1 && indices.length >= ClassLeak.LEAST
                ? Optional.of(new ClassLeak(seed).accuracy(Device.CPU.move(measured), images.labels(indices), classes))
                : Optional.empty();
        return new NoiseQuality(NoiseFigures.of(measured, images.images(indices)), leak);
    }

    /** Keeps the first noises as batches arrive. Not for concurrent use. */
    public static final class Gathering {
        private final LabelledImages images;
        private final float[] numbers;
        private int length;

        /**
         * For the noises to which images are inverted.
         *
         * @param images the images
         * @param count the total number of noises
         */
        public Gathering(LabelledImages images, long count) {
            this.images = images;
            long kept = countOf(images, count) * images.channels() * images.height() * images.width();
            numbers = new float[Math.toIntExact(kept)];
        }

        /** Whether noises are still kept that begin with this number. */
        public boolean keeps(long first) {
            return first * images.channels() * images.height() * images.width() < numbers.length;
        }

        /**
         * Adds a batch.
         *
         * @param noises floating point [B,C,H,W], in the order of their images, in units of their noise scale
         */
        public void add(Tensor noises) {
            if (length < numbers.length) {
                float[] batch = HostTensors.floats(noises);
                int kept = Math.min(batch.length, numbers.length - length);
                System.arraycopy(batch, 0, numbers, length, kept);
                length += kept;
            }
        }

        /**
         * The quality of the noises that were kept.
         *
         * @param seed seeds the classifier
         */
        public NoiseQuality quality(long seed) {
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
