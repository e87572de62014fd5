package org.bcm4j.metrics.samples;

import java.util.Optional;
import org.bcm4j.data.Batches;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/** The feature network's figures of real images, with which generated ones are compared. Immutable. */
public final class RealImages {
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

        Sums(FeatureNetwork network) {
            this.network = network;
            this.sharp = new FeatureMoments(network.config().features());
            this.blurred = new FeatureMoments(network.config().features());
        }

        /** Adds float32 images [B,C,H,W] in [-1,1]. */
        Responses add(Tensor images) {
            Responses responses = network.responses(images);
            spectrum.add(images);
            sharp.add(responses.features());
            blurred.add(network.responses(BoxBlur.apply(images)).features());
            return responses;
        }
    }

    /**
     * Measures the first {@code count} images of a data set.
     *
     * @throws org.bcm4j.storage.UserException if they do not fit the feature network
     */
    public static RealImages measure(
            FeatureNetwork network, LabelledImages images, long count, MeasuringListener listener) {
        Sums sums = new Sums(network);
        long right = 0;
        for (long[] indices : Batches.of(count)) {
            try (Scope scope = Scope.open()) {
                right += sums.add(images.images(indices)).agreeing(images.labels(indices));
            }
            listener.measured("real images", sums.sharp.count(), count);
        }
        boolean sameClasses = network.config().classNames().equals(images.classNames());
        return new RealImages(sums, sameClasses ? Optional.of((double) right / count) : Optional.empty());
    }

    /**
     * Measures images with unknown classes.
     *
     * @throws org.bcm4j.storage.UserException if they do not fit the feature network
     */
    public static RealImages measure(FeatureNetwork network, ImageSet images, MeasuringListener listener) {
        Sums sums = new Sums(network);
        images.forEachBatch(Batches.SIZE, bytes -> {
            sums.add(Pixels.toSignal(bytes));
            listener.measured("real images", sums.sharp.count(), images.count());
        });
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
