package org.bcm4j.app.report;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.metrics.EvaluationReport;
import org.bcm4j.walk.Walk;

/** What to type to make the things of a page again, from the folder that the quickstart was run in. */
record CommandLines(Quickstart options) {
    Html quickstart() {
        return listing(Stream.of("quickstart --model " + model() + " --out " + shell(options.out()) + seed()));
    }

    Html generations(Demonstration demonstration) {
        return listing(demonstration.generations().stream()
                .map(generation -> sample(generation.walk(), Demonstrator.SAMPLES) + " --out generated-"
                        + generation.walk().nfe() + "-nfe.png"));
    }

    Html reconstructions(Demonstration demonstration) {
        return listing(demonstration.roundTrips().stream()
                .map(trip -> "reconstruct " + model() + " " + shell(images()) + "/*.png --walk "
                        + quoted(trip.inversion().then(trip.generation())) + seed()
                        + " --out reconstructions-" + trip.inversion().nfe() + "-nfe"));
    }

    Html interpolation(Demonstration.Interpolation strip) {
        return listing(Stream.of("interpolate " + model() + " " + image(strip.fromFile()) + " " + image(strip.toFile())
                + " \\\n    --frames " + Demonstrator.FRAMES
                + " --inversion " + quoted(strip.inversion())
                + " --walk " + quoted(strip.generation())
                + seed() + " --out between.png"));
    }

    Html firstClass(Walk walk) {
        return listing(Stream.of(sample(walk, Demonstrator.CLASS_SAMPLES) + " --class 0 --out class-0.png"));
    }

    Html evaluation(EvaluationReport.Protocol protocol) {
        return listing(Stream.of("eval " + model() + " --samples " + protocol.samples() + " --images "
                + protocol.images() + " --seed " + protocol.seed()));
    }

    private String sample(Walk walk, int count) {
        return "sample " + model() + " --walk " + quoted(walk) + " -n " + count + seed();
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

    private static String quoted(Walk walk) {
        return "\"" + walk + "\"";
    }

    /** A path as a shell takes it for one word. */
    private static String shell(Path path) {
        return new ShellWord(path.toString()).toString();
    }

    private static Html listing(Stream<String> arguments) {
        String lines = arguments.map(line -> "bcm " + line).collect(Collectors.joining("\n"));
        return Html.of("<pre><code>%s</code></pre>", lines);
    }
}
