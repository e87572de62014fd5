package org.bcm4j.metrics;

import java.util.List;

/**
 * How well a model edits, as means over seeds. Distances are Fréchet distances from real images, divided by that of blurred images.
 *
 * @param modelSha256 SHA-256 of the model's weights
 * @param featuresSha256 SHA-256 of the feature network's weights
 * @param data the images that were edited
 * @param images how many
 * @param seeds how many seeds, from 0
 * @param claims what the figures were measured for
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
     * Damaged images, mended.
     *
     * @param damage what was done to them
     * @param method {@code bcm} or {@code cm}
     * @param walk in its text form
     * @param nfe network function evaluations per image
     * @param meanSquaredError of the results on [0,1], over the whole image
     * @param damagedError likewise, of the damaged images
     * @param distance of the results
     * @param damagedDistance of the damaged images
     * @param changedKnown how many values, over all seeds, are not what is known of the images; 0 where an edit keeps what it says
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
     * Images half-way between two.
     *
     * @param initialNoise {@code different} or {@code shared}
     * @param inversion in its text form
     * @param generation in its text form
     * @param distance of the midpoints
     */
    public record Midpoints(String initialNoise, String inversion, String generation, ConfidenceInterval distance) {}

    /**
     * That one figure is smaller than another.
     *
     * @param claim which
     * @param difference by how much, over seeds; the figures of one seed were measured on the same images
     * @param holds whether the whole interval says so
     */
    public record Claim(String claim, ConfidenceInterval difference, boolean holds) {}
}
