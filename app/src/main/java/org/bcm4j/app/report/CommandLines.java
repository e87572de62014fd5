package org.bcm4j.app.report;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.data.FashionMnist;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;

/**
 * The commands that reproduce the items of a page, one per line, relative to the directory in which the quickstart ran.
 */
record CommandLines(Quickstart options) {
    /** What {@code eval} measures on unless it is told otherwise. */
    private static final String DEFAULT_DATA = new FashionMnist(Optional.empty()).title();

    String quickstart() {
        return listing(Stream.of("quickstart --model " + model() + " --out " + shell(options.out()) + seed()));
    }

    String generations(Demonstration demonstration) {
        return listing(demonstration.generations().stream()
                .map(generation -> sample(generation.samplingPath(), Demonstrator.SAMPLES) + " --out generated-"
                        + generation.samplingPath().nfe() + "-nfe.png"));
    }

    String reconstructions(Demonstration demonstration) {
        return listing(demonstration.roundTrips().stream()
                .map(trip -> "reconstruct " + model() + " " + shell(images()) + "/*.png"
                        + whole(trip.inversion(), trip.generation()) + seed()
                        + " --out reconstructions-" + trip.inversion().nfe() + "-nfe"));
    }

    String interpolation(Demonstration.Interpolation strip) {
        return listing(Stream.of("interpolate " + model() + " " + image(strip.fromFile()) + " " + image(strip.toFile())
                + " \\\n    --frames " + Demonstrator.FRAMES
                + strip.classes().map(classes -> " --class " + classes).orElse("")
                + " --inversion \"" + strip.inversion() + "\""
                + pathOptions(strip.generation())
                + seed() + " --out between.png"));
    }

    String firstClass(SamplingPath samplingPath) {
        return listing(Stream.of(sample(samplingPath, Demonstrator.CLASS_SAMPLES) + " --class 0 --out class-0.png"));
    }

    String evaluation(EvaluationReport.Protocol protocol) {
        return listing(Stream.of("eval " + model() + data(protocol) + " --samples " + protocol.samples() + " --images "
                + protocol.images() + " --seed " + protocol.seed()));
    }

    /** The options for the images. Reports name a data set by its title, and configurations are the user's files. */
    private static String data(EvaluationReport.Protocol protocol) {
        String set = protocol.data().startsWith(DEFAULT_DATA + " ") ? "" : " --data CONFIG.yaml";
        return protocol.data().endsWith(" train") ? set + " --split train" : set;
    }

    private String sample(SamplingPath samplingPath, int count) {
        return "sample " + model() + pathOptions(samplingPath) + " -n " + count + seed();
    }

    private String model() {
        return shell(options.model());
    }

    private String seed() {
        return " --seed " + options.seed();
    }

    private Path images() {
        return options.out().resolve(Quickstart.IMAGES);
    }

    private String image(String file) {
        return shell(images().resolve(file));
    }

    /** The options for a path. */
    private static String pathOptions(SamplingPath samplingPath) {
        if (samplingPath instanceof Ode ode) {
            return " --sampler " + ode.sampler().solver().name().toLowerCase(Locale.ROOT) + " --steps "
                    + ode.sampler().points();
        }
        return " --walk \"" + samplingPath + "\"";
    }

    /** The options for a path to noise and back. An ODE has the same options in both directions. */
    private static String whole(SamplingPath inversion, SamplingPath generation) {
        return inversion instanceof Walk toNoise && generation instanceof Walk toImages
                ? pathOptions(toNoise.then(toImages))
                : pathOptions(inversion);
    }

    /** A path quoted as one shell word. */
    private static String shell(Path path) {
        return new ShellWord(path).toString();
    }

    private static String listing(Stream<String> arguments) {
        return arguments.map(line -> "bcm " + line).collect(Collectors.joining("\n"));
    }
}
