package org.bcm4j.metrics.samples;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/** The feature network's figures of real images, with which generated ones are compared. Immutable. */
public final class RealImages {
    private static final String WHAT = "real images";

    private final FeatureMoments moments;
    private final Optional<Double> accuracy;
    private final double blurredDistance;
    private final HighestFrequency highestFrequency;

    private RealImages(Sums sums, Optional<Double> accuracy) {
        this.moments = sums.sharp;
        this.accuracy = accuracy;
        this.blurredDistance = FrechetDistance.between(sums.sharp, sums.blurred);
        this.highestFrequency = sums.spectrum.power();
    }

    /** Sums over batches. */
    private static final class Sums {
        private final FeatureNetwork network;
        private final FeatureMoments sharp;
        private final FeatureMoments blurred;
        private final HighestFrequency.Sum spectrum = new HighestFrequency.Sum();
        /** The number of images whose class the network predicts correctly. */
        private long right;

        Sums(FeatureNetwork network) {
            this.network = network;
            this.sharp = new FeatureMoments(network.config().features());
            this.blurred = new FeatureMoments(network.config().features());
        }

        /**
         * What {@link #take} adds for a batch.
         *
         * @param images uint8 [B,C,H,W]
         * @param labels int64 [B], if they are known
         */
        List<Tensor> measure(Tensor images, Optional<Tensor> labels) {
            Tensor signal = Pixels.toSignal(images);
            Responses responses = network.responses(signal);
            return List.of(
                    images,
                    responses.features(),
                    network.responses(BoxBlur.apply(signal)).features(),
                    HostTensors.ofLongs(
                            new long[] {labels.map(responses::agreeing).orElse(0L)}, 1));
        }

        void take(Iterator<Tensor> measured) {
            spectrum.add(Pixels.toSignal(measured.next()));
            sharp.add(measured.next());
            blurred.add(measured.next());
            right += measured.next().item_long();
        }
    }

    /**
     * Measures the first {@code count} images of a data set.
     *
     * @throws org.bcm4j.storage.UserException if they do not fit the feature network
     */
    public static RealImages measure(FeatureNetwork network, LabelledImages images, long count, Measuring measuring) {
        Sums sums = new Sums(network);
        measuring.batches(
                WHAT,
                count,
                indices -> sums.measure(images.bytes(indices), Optional.of(images.labels(indices))),
                (indices, measured) -> sums.take(measured));
        boolean sameClasses = network.config().classNames().equals(images.classNames());
        return new RealImages(sums, sameClasses ? Optional.of((double) sums.right / count) : Optional.empty());
    }

    /**
     * Measures images with unknown classes.
     *
     * @throws org.bcm4j.storage.UserException if they do not fit the feature network
     */
    public static RealImages measure(FeatureNetwork network, ImageSet images, Measuring measuring) {
        Sums sums = new Sums(network);
        measuring.batches(WHAT, images, bytes -> sums.measure(bytes, Optional.empty()), sums::take);
        return new RealImages(sums, Optional.empty());
    }

    /** Moments of the images' features. */
    FeatureMoments moments() {
        return moments;
    }

    /**
     * The share of the images whose class the feature network predicts correctly, in [0,1]; absent if it has other
     * classes than the images.
     */
    public Optional<Double> accuracy() {
        return accuracy;
    }

    /** The Fréchet distance of the images from their own 3×3 box blur. */
    public double blurredDistance() {
        return blurredDistance;
    }

    /** The power of the images where pixels alternate. */
    public HighestFrequency highestFrequency() {
        return highestFrequency;
    }
}
