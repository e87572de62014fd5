package org.bcm4j.app.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.walk.SamplingPath;

/**
 * The results of a model for its page.
 *
 * @param examples the number of real images
 * @param originals the first real image of each class
 * @param drawn a picture of drawn noise, of the same size and scale as those of inverted noise
 * @param drawnFigures figures of drawn noises, one per real image and paired with it
 * @param generations in order of network evaluations, all from the same noises
 * @param roundTrips in order of network evaluations; empty if the model does not invert
 * @param interpolations between pairs of real images; empty if the model does not walk to noise
 * @param midpoints images half-way between two real ones of a class; absent if no class has two, or the model does not
 *     walk to noise
 * @param classes samples of each class; empty if the model has no classes
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
     * Images generated along a path.
     *
     * @param imagesPerSecond the speed; not on the page, whose bytes depend only on the model and the seed
     */
    record Generation(SamplingPath samplingPath, Picture picture, double imagesPerSecond) {}

    /**
     * Images between two real ones, which are the ends of the strip.
     *
     * @param fromFile the first real image's file in the page's folder
     * @param toFile the last real image's file in the page's folder
     * @param classes numbers of the classes that the model received; absent if it received none
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
     * @param picture a column for each pair: the first image, the image half-way, the pixel mean of the two, the second
     *     image
     */
    record Midpoints(SamplingPath inversion, SamplingPath generation, Picture picture) {}

    /** Images of one class. */
    record ClassSamples(String name, SamplingPath samplingPath, Picture picture) {}

    /** All pictures, in the order of the page. */
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
