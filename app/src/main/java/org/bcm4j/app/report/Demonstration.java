package org.bcm4j.app.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.metrics.NoiseFigures;
import org.bcm4j.walk.SamplingPath;

/**
 * What a model did, for its page.
 *
 * @param examples how many real images it worked with
 * @param originals the first of them of each class
 * @param drawn drawn noise, as much of it, and pictured like the noise that inversions find
 * @param drawnFigures of as many drawn noises as there are real images, beside those images
 * @param generations in order of network evaluations, all from the same noises
 * @param roundTrips in order of network evaluations; none if the model inverts nothing
 * @param interpolations between pairs of real images; none if the model does not walk to noise
 * @param midpoints images half-way between two real ones of a class; absent if no class has two, and likewise
 * @param classes samples of each class; empty if the model knows no classes
 */
record Demonstration(
        int examples,
        Picture originals,
        Picture drawn,
        NoiseFigures drawnFigures,
        List<Generation> generations,
        List<RoundTrip> roundTrips,
        List<Interpolation> interpolations,
        Optional<Midpoints> midpoints,
        List<ClassSamples> classes) {

    /**
     * Images generated along a way.
     *
     * @param imagesPerSecond how fast it went; not for the page, whose bytes depend on the model and the seed alone
     */
    record Generation(SamplingPath way, Picture picture, double imagesPerSecond) {}

    /**
     * Images between two real ones, which stand at the ends.
     *
     * @param fromFile the first real image's file in the page's folder
     * @param toFile the last one's
     * @param classes numbers of the classes that the model was told; absent if it was told none
     */
    record Interpolation(
            String from,
            String to,
            String fromFile,
            String toFile,
            Optional<String> classes,
            SamplingPath inversion,
            SamplingPath generation,
            Picture picture) {}

    /**
     * Images half-way between two real ones of a class.
     *
     * @param picture a column for each pair: the first image, that half-way, the pixel mean of the two, the second image
     */
    record Midpoints(SamplingPath inversion, SamplingPath generation, Picture picture) {}

    /** Images of one class. */
    record ClassSamples(String name, SamplingPath way, Picture picture) {}

    /** All pictures, in the page's order. */
    List<Picture> pictures() {
        return Stream.of(
                        generations.stream().map(Generation::picture),
                        roundTrips.isEmpty() ? Stream.<Picture>empty() : Stream.of(originals, drawn),
                        roundTrips.stream().flatMap(trip -> Stream.of(trip.noises(), trip.reconstructions())),
                        interpolations.stream().map(Interpolation::picture),
                        midpoints.map(Midpoints::picture).stream(),
                        classes.stream().map(ClassSamples::picture))
                .flatMap(pictures -> pictures)
                .toList();
    }
}
