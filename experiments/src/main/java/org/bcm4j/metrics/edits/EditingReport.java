package org.bcm4j.metrics.edits;

import java.util.List;
import org.bcm4j.metrics.statistics.ConfidenceInterval;

/**
 * How well a model edits, as means over seeds. Every seed edits the same images, so the intervals hold the variation by
 * the noise, and not by the choice of the images. Distances are Fréchet distances from real images, divided by that of
 * blurred images.
 *
 * @param modelSha256 SHA-256 of the model's weights
 * @param featuresSha256 SHA-256 of the feature network's weights
 * @param data the edited images
 * @param images the number of edited images
 * @param seeds the number of seeds, from 0
 * @param claims the claims that the figures test
 */
public record EditingReport(
        String modelSha256,
        String featuresSha256,
        String data,
        long images,
        int seeds,
        List<Repair> inpainting,
        List<Repair> restoration,
        List<Midpoints> interpolation,
        List<Claim> claims) {
    /**
     * The repair of damaged images.
     *
     * @param damage the damage to the images
     * @param method {@code bcm} or {@code cm}
     * @param walk the walk in its text form
     * @param nfe network function evaluations per image
     * @param meanSquaredError error of the results on [0,1], over the whole image
     * @param damagedError error of the damaged images, measured in the same way
     * @param distance distance of the results
     * @param damagedDistance distance of the damaged images
     * @param changedKnown the number of values, over all seeds, that contradict what is known of the images; 0 where an
     *     edit keeps its promise
     */
    public record Repair(
            String damage,
            String method,
            String walk,
            int nfe,
            ConfidenceInterval meanSquaredError,
            double damagedError,
            ConfidenceInterval distance,
            double damagedDistance,
            long changedKnown) {}

    /**
     * Images half-way between two others.
     *
     * @param initialNoise {@code different} or {@code shared}
     * @param inversion the walk to noise in its text form
     * @param generation the walk to images in its text form
     * @param distance distance of the midpoints
     */
    public record Midpoints(String initialNoise, String inversion, String generation, ConfidenceInterval distance) {}

    /**
     * The claim that one figure is smaller than another.
     *
     * @param claim the claim in words
     * @param difference the larger figure minus the smaller, over seeds; the figures of one seed were measured on the
     *     same images
     * @param holds whether the whole interval supports the claim
     */
    public record Claim(String claim, ConfidenceInterval difference, boolean holds) {}
}
