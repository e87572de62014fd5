package org.bcm4j.app.report;

import java.util.Optional;
import org.bcm4j.walk.SamplingPath;

/**
 * Real images inverted to noise and generated again.
 *
 * @param inversion from images to noise
 * @param generation from that noise to images
 * @param unlabelled the fidelity without class labels; absent if the network requires them
 * @param labelled the fidelity with class labels; absent if the network has no classes
 * @param noises noise/T of the first image of each class, labelled if possible
 * @param reconstructions the reconstructions of the same images
 */
record RoundTrip(
        SamplingPath inversion,
        SamplingPath generation,
        Optional<Fidelity> unlabelled,
        Optional<Fidelity> labelled,
        Picture noises,
        Picture reconstructions) {

    /** The fidelity of the images in the pictures. */
    Fidelity shown() {
        return labelled.or(() -> unlabelled).orElseThrow();
    }
}
