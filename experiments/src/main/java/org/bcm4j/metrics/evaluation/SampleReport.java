package org.bcm4j.metrics.evaluation;

import java.util.List;
import java.util.Optional;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.metrics.statistics.Bounds;

/**
 * The figures of samples in files, with everything that is needed to measure them again.
 *
 * @param features the feature network's figures; absent if not requested
 * @param inception the Inception network's figures; absent if not requested
 */
public record SampleReport(
        Protocol protocol, Optional<FeatureFigures> features, Optional<InceptionEvaluation.Figures> inception) {
    /**
     * How the figures were measured.
     *
     * @param samples the location of the samples
     * @param sampleCount the number of samples
     * @param data the reference: a data set and its division, the path of images, or that of their statistics. The FID
     *     refers to {@code statistics} if present
     * @param images the number of real images; absent if only their statistics were used
     * @param seed seeds the bootstrap
     * @param featuresSha256 fingerprint of the feature network's weights, if it was used
     * @param inceptionSha256 fingerprint of the Inception network's weights, if it was used
     * @param statistics path of the file of real images' Inception statistics, if the FID used one; absent in older
     *     files
     * @param statisticsSha256 fingerprint of that file
     * @param notes further facts that a reader needs
     */
    public record Protocol(
            String samples,
            long sampleCount,
            String data,
            Optional<Long> images,
            long seed,
            Optional<String> featuresSha256,
            Optional<String> inceptionSha256,
            Optional<String> statistics,
            Optional<String> statisticsSha256,
            List<String> notes) {
        public Protocol {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The feature network's figures of the samples.
     *
     * @param frechetDistance distance between the samples and the real images
     * @param frechetDistanceBounds bounds over the samples; absent if the features are too many to keep
     * @param relativeToBlurred {@code frechetDistance} divided by the distance of the real images from their blur
     */
    public record FeatureFigures(
            double frechetDistance, Optional<Bounds> frechetDistanceBounds, double relativeToBlurred) {}
}
