package org.bcm4j.app.report;

import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.walk.Walk;

/**
 * What a model did, for its page.
 *
 * @param examples how many real images it worked with
 * @param originals the first of them of each class
 * @param generations in order of network evaluations, all from the same noises
 * @param roundTrips in order of network evaluations
 * @param interpolations between pairs of real images
 * @param classes samples of each class; empty if the model knows no classes
 */
record Demonstration(
        int examples,
        Picture originals,
        List<Generation> generations,
        List<RoundTrip> roundTrips,
        List<Interpolation> interpolations,
        List<ClassSamples> classes) {

    /**
     * Images generated along a walk.
     *
     * @param imagesPerSecond how fast it went; not for the page, whose bytes depend on the model and the seed alone
     */
    record Generation(Walk walk, Picture picture, double imagesPerSecond) {}

    /**
     * Images between two real ones, which stand at the ends.
     *
     * @param fromFile the first real image's file in the page's folder
     * @param toFile the last one's
     */
    record Interpolation(
            String from, String to, String fromFile, String toFile, Walk inversion, Walk generation, Picture picture) {}

    /** Images of one class. */
    record ClassSamples(String name, Walk walk, Picture picture) {}

    /** All pictures, in the page's order. */
    List<Picture> pictures() {
        return Stream.of(
                        generations.stream().map(Generation::picture),
                        Stream.of(originals),
                        roundTrips.stream().flatMap(trip -> Stream.of(trip.noises(), trip.reconstructions())),
                        interpolations.stream().map(Interpolation::picture),
                        classes.stream().map(ClassSamples::picture))
                .flatMap(pictures -> pictures)
                .toList();
    }
}
