package org.bcm4j.app.report;

import org.bcm4j.metrics.NoiseFigures;
import org.bcm4j.metrics.ReconstructionError;

/**
 * How well inverted noises give their images back, and whether they are noise.
 *
 * @param meanSquaredError on [0,1], over all pixels
 * @param noise figures of the inverted noises, divided by the noise scale that they lie at
 */
record Fidelity(double meanSquaredError, NoiseFigures noise) {
    /** PSNR of the mean squared error, in decibels. */
    double peakSignalToNoise() {
        return ReconstructionError.peakSignalToNoise(meanSquaredError);
    }
}
