package org.bcm4j.app.report;

import java.util.Optional;
import org.bcm4j.walk.SamplingPath;

/**
 * Real images inverted to noise and generated again.
 *
 * @param inversion from images to noise
 * @param generation from that noise to images
 * @param unlabelled how well it went without telling the network the classes; absent if it has to be told
 * @param labelled how well it went when it was told; absent if it knows no classes
 * @param noises noise/T of the first image of each class, labelled if possible
 * @param reconstructions the same images, come back
 */
record RoundTrip(
        SamplingPath inversion,
        SamplingPath generation,
        Optional<Fidelity> unlabelled,
        Optional<Fidelity> labelled,
        Picture noises,
        Picture reconstructions) {

    /** How well the images went that the pictures show. */
    Fidelity shown() {
        return labelled.or(() -> unlabelled).orElseThrow();
    }
}
