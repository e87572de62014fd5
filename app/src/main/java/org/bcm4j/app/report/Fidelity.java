package org.bcm4j.app.report;

import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.pixels.ReconstructionError;

/**
 * How well inverted noises reproduce their images, and how close they are to noise.
 *
 * @param meanSquaredError on [0,1], over all pixels
 * @param noise figures of the inverted noises, divided by their noise scale
 */
record Fidelity(double meanSquaredError, NoiseFigures noise) {
    /** The PSNR for the mean squared error, in decibels. */
    double peakSignalToNoise() {
        return ReconstructionError.peakSignalToNoise(meanSquaredError);
    }
}
