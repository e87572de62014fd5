package org.bcm4j.metrics;

import java.util.List;
import java.util.Optional;

/**
 * The figures of samples in files, each with what is needed to measure it again.
 *
 * @param features as the feature network sees them; absent if it was not asked
 * @param inception as the Inception network sees them; absent if it was not asked
 */
public record SampleReport(
        Protocol protocol, Optional<FeatureFigures> features, Optional<InceptionEvaluation.Figures> inception) {
    /**
     * How it was measured.
     *
     * @param samples where the samples are
     * @param sampleCount how many they are
     * @param data what they are held against: a data set and its division, the path of images, or that of their statistics; the FID of what
     *     {@code statistics} says
     * @param images how many real images that are; absent if only their statistics were looked at
     * @param seed of the bootstrap
     * @param featuresSha256 fingerprint of the feature network's weights, if it was used
     * @param inceptionSha256 likewise the Inception network's
     * @param statistics path of the file of real images' Inception statistics that the FID was taken from, if it was; absent in older files
     * @param statisticsSha256 fingerprint of that file
     * @param notes what else a reader has to know
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
     * What the feature network makes of the samples.
     *
     * @param frechetDistance between the samples and the real images
     * @param frechetDistanceBounds over the samples; absent if the features are too many to keep
     * @param relativeToBlurred the same, divided by the distance of the real images from their blur
     */
    public record FeatureFigures(
            double frechetDistance, Optional<Bounds> frechetDistanceBounds, double relativeToBlurred) {}
}
