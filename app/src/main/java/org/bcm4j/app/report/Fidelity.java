package org.bcm4j.app.report;

import org.bcm4j.metrics.ReconstructionError;

/**
 * How well inverted noises give their images back.
 *
 * @param meanSquaredError on [0,1], over all pixels
 * @param noiseDeviation standard deviation of the inverted noises, divided by the noise scale that they lie at; 1 for
 *     perfect ones
 */
record Fidelity(double meanSquaredError, double noiseDeviation) {
    /** PSNR of the mean squared error, in decibels. */
    double peakSignalToNoise() {
        return ReconstructionError.peakSignalToNoise(meanSquaredError);
    }
}
