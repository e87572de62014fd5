package org.bcm4j.metrics;

import java.util.Optional;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * The feature network's figures of real images, with which generated ones are compared.
 *
 * @param count the number of images
 * @param moments moments of their features
 * @param accuracy share of the images whose class the feature network predicts correctly, in [0,1]; absent if it has
 *     other classes than the images
 * @param blurredDistance Fréchet distance of the images from their own {@link BoxBlur}
 * @param highestFrequency power of the images where pixels alternate
 */
public record RealImages(
        long count,
        FeatureMoments moments,
        Optional<Double> accuracy,
        double blurredDistance,
        HighestFrequency highestFrequency) {
    /**
     * Measures the first {@code count} images of a data set.
     *
     * @throws org.bcm4j.storage.UserException if they do not fit the feature network
     */
    public static RealImages measure(
            FeatureNetwork network, LabelledImages images, long count, MeasuringListener listener) {
        int dimension = network.config().features();
        FeatureMoments sharp = new FeatureMoments(dimension);
        FeatureMoments blurred = new FeatureMoments(dimension);
        HighestFrequency.Sum spectrum = new HighestFrequency.Sum();
        long right = 0;
        for (long[] indices : Batches.of(count)) {
            try (Scope scope = Scope.open()) {
                Tensor batch = images.images(indices);
                spectrum.add(batch);
                Responses responses = network.responses(batch);
                sharp.add(responses.features());
                right += responses.agreeing(images.labels(indices));
                blurred.add(network.responses(BoxBlur.apply(batch)).features());
            }
            listener.measured("real images", sharp.count(), count);
        }
        boolean sameClasses = network.config().classNames().equals(images.classNames());
        return new RealImages(
                count,
                sharp,
                sameClasses ? Optional.of((double) right / count) : Optional.empty(),
                FrechetDistance.between(sharp, blurred),
                spectrum.power());
    }

    /**
     * Measures images with unknown classes.
     *
     * @throws org.bcm4j.storage.UserException if they do not fit the feature network
     */
    public static RealImages measure(FeatureNetwork network, ImageSet images, MeasuringListener listener) {
        int dimension = network.config().features();
        FeatureMoments sharp = new FeatureMoments(dimension);
        FeatureMoments blurred = new FeatureMoments(dimension);
        HighestFrequency.Sum spectrum = new HighestFrequency.Sum();
        long count = images.count();
        images.forEachBatch(Batches.SIZE, bytes -> {
            Tensor batch = Pixels.toSignal(bytes);
            spectrum.add(batch);
            sharp.add(network.responses(batch).features());
            blurred.add(network.responses(BoxBlur.apply(batch)).features());
            listener.measured("real images", sharp.count(), count);
        });
        return new RealImages(
                count, sharp, Optional.empty(), FrechetDistance.between(sharp, blurred), spectrum.power());
    }
}
