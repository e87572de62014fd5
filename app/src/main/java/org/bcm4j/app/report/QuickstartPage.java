package org.bcm4j.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.model.ModelConfig;

/**
 * The page of a {@link Quickstart}: one file, with its style and its pictures embedded.
 *
 * @param parameters number of parameters of the network
 * @param evaluation the figures stored with the model, if there are any
 */
record QuickstartPage(
        Quickstart options,
        ModelConfig model,
        long parameters,
        Demonstration demonstration,
        Optional<EvaluationReport> evaluation) {
    /** The mark by which an earlier page is recognised. */
    static final String GENERATOR = "<meta name=\"generator\" content=\"bcm quickstart\" />";

    String html() {
        return Html.of(
                        """
                        <!DOCTYPE html>
                        <html lang="en">
                        <head>
                        <meta charset="utf-8" />
                        <meta name="viewport" content="width=device-width, initial-scale=1" />
                        %s
                        <title>bcm4j: %s</title>
                        <style>
                        %s</style>
                        </head>
                        <body>
                        %s
                        <main>
                        %s
                        %s
                        %s
                        %s
                        %s
                        </main>
                        <footer>Made by <code>bcm quickstart</code>. Everything on this page is in this file; the
                        pictures also lie beside it.</footer>
                        </body>
                        </html>
                        """,
                        new Html(GENERATOR),
                        name(),
                        new Html(style()),
                        head(),
                        generation(),
                        inversion(),
                        interpolation(),
                        classes(),
                        evaluation
                                .map(report -> EvaluationSection.html(report, commands()))
                                .orElse(Html.EMPTY))
                .markup();
    }

    /** The abilities of this kind of model. */
    private String kind() {
        return switch (model.kind()) {
            case BIDIRECTIONAL ->
                "A bidirectional consistency model turns noise into images and images into noise, in one network"
                        + " evaluation (NFE) or a few. Each picture here names the walk it came from: the noise scales that"
                        + " the model went along.";
            case CONSISTENCY ->
                "A consistency model turns noise into images in one network evaluation (NFE), and better in a few, with noise"
                        + " added in between. Each picture here names the walk it came from.";
            case DENOISER ->
                "A denoiser turns noise into images and images into noise along the solutions of an ODE, in tens of network"
                        + " evaluations (NFE).";
        };
    }

    private Html head() {
        int side = model.network().imageSize();
        return Html.of(
                """
                <header>
                <h1>What %s can do</h1>
                <p>%s</p>
                <dl>
                <div><dt>Images</dt><dd>%s × %s %s</dd></div>
                <div><dt>Parameters</dt><dd>%s</dd></div>
                %s</dl>
                %s
                </header>\
                """,
                name(),
                kind(),
                side,
                side,
                model.network().imageChannels() == 1 ? "grey" : "colour",
                number("%,d", parameters),
                demonstration.roundTrips().stream()
                        .min(Comparator.comparingDouble(trip -> trip.shown().meanSquaredError()))
                        .map(QuickstartPage::best)
                        .orElse(Html.EMPTY),
                commands().quickstart());
    }

    private static Html best(RoundTrip trip) {
        return Html.of(
                """
                <div><dt>Reconstruction in %s + %s NFE</dt><dd>%s dB PSNR</dd></div>
                <div><dt>Mean squared error, on [0,1]</dt><dd>%s</dd></div>
                """,
                trip.inversion().nfe(),
                trip.generation().nfe(),
                number("%.2f", trip.shown().peakSignalToNoise()),
                number("%.5f", trip.shown().meanSquaredError()));
    }

    private Html generation() {
        return Html.of(
                """
                <section id="generation">
                <h2>Generation</h2>
                <p>The same %s noises, taken along walks of more and more evaluations. Nothing is picked: they are the
                noises of seed %s%s.</p>
                <div class="pictures">
                %s
                </div>
                %s
                </section>\
                """,
                Demonstrator.SAMPLES,
                options.seed(),
                model.network().classes() > 0 ? ", and the classes come in turn" : "",
                Html.each(
                        demonstration.generations(),
                        generation -> figure(
                                generation.picture().html(),
                                Html.of(
                                        "<strong>%s NFE</strong> <code>%s</code>",
                                        generation.samplingPath().nfe(), generation.samplingPath()))),
                commands().generations(demonstration));
    }

    private Html inversion() {
        if (demonstration.roundTrips().isEmpty()) {
            return Html.EMPTY;
        }
        return Html.of(
                """
                <section id="inversion">
                <h2>Inversion</h2>
                <p>Real images; the noise that the model finds for each, told their classes if it knows any; and what
                that noise gives back. Between them, for comparison, drawn noise. Noise is pictured from black at −%s to white at +%s standard deviations.</p>
                <div class="pictures strips">
                %s
                </div>
                %s
                %s
                </section>\
                """,
                Demonstrator.DRAWN_DEVIATIONS,
                Demonstrator.DRAWN_DEVIATIONS,
                Html.each(demonstration.roundTrips(), this::roundTrip),
                FidelityTable.of(demonstration),
                demonstration.roundTrips().stream()
                                .allMatch(trip -> trip.unlabelled().isPresent())
                        ? Html.of(
                                "<p>These commands give the figures without labels:</p>\n%s",
                                commands().reconstructions(demonstration))
                        : Html.EMPTY);
    }

    private Html roundTrip(RoundTrip trip) {
        return figure(
                Html.each(
                        List.of(
                                demonstration.originals(),
                                trip.noises(),
                                demonstration.drawn(),
                                trip.reconstructions()),
                        Picture::html),
                Html.of("""
                    <strong>%s NFE</strong> inversion <code>%s</code>, back along <code>%s</code>. From the top:
                    images, noises, drawn noise, reconstructions.\
                    """, trip.inversion().nfe(), trip.inversion(), trip.generation()));
    }

    private Html interpolation() {
        if (demonstration.interpolations().isEmpty()) {
            return Html.EMPTY;
        }
        return Html.of(
                """
                <section id="interpolation">
                <h2>Interpolation</h2>
                <p>Two real images stand at the ends of each strip. Both are inverted, and the noises between theirs, on
                the sphere, are turned into images.</p>
                <div class="pictures strips">
                %s
                </div>
                %s
                %s
                </section>\
                """,
                Html.each(demonstration.interpolations(), QuickstartPage::strip),
                Html.each(
                        demonstration.interpolations().stream().limit(1).toList(),
                        strip -> commands().interpolation(strip)),
                demonstration.midpoints().map(QuickstartPage::midpoints).orElse(Html.EMPTY));
    }

    private static Html midpoints(Demonstration.Midpoints midpoints) {
        return Html.of(
                """
                <p>Half-way between two images of one class lies an image of that class, if their noises are noise. Below
                it, for comparison, the mean of the two images: a cross-fade, which shows both at once.</p>
                <div class="pictures strips">
                %s
                </div>\
                """,
                figure(
                        midpoints.picture().html(),
                        Html.of(
                                """
                                <strong>Half-way</strong>: %s NFE inversion <code>%s</code>, %s NFE generation
                                <code>%s</code>. From the top: an image, half-way, cross-fade, another image.\
                                """,
                                midpoints.inversion().nfe(),
                                midpoints.inversion(),
                                midpoints.generation().nfe(),
                                midpoints.generation())));
    }

    private static Html strip(Demonstration.Interpolation strip) {
        return figure(
                strip.picture().html(),
                Html.of(
                        """
                        <strong>%s to %s</strong>: %s NFE inversion <code>%s</code>, %s NFE generation
                        <code>%s</code>\
                        """,
                        strip.from(),
                        strip.to(),
                        strip.inversion().nfe(),
                        strip.inversion(),
                        strip.generation().nfe(),
                        strip.generation()));
    }

    private Html classes() {
        return demonstration.classes().stream()
                .findFirst()
                .map(first -> Html.of(
                        """
                        <section id="classes">
                        <h2>Classes</h2>
                        <p>The same %s noises for every class, along <code>%s</code>.</p>
                        <div class="pictures">
                        %s
                        </div>
                        %s
                        </section>\
                        """,
                        Demonstrator.CLASS_SAMPLES,
                        first.samplingPath(),
                        Html.each(
                                demonstration.classes(),
                                samples -> figure(
                                        samples.picture().html(),
                                        Html.of(
                                                "<strong>%s</strong>, %s NFE",
                                                samples.name(),
                                                samples.samplingPath().nfe()))),
                        commands().firstClass(first.samplingPath())))
                .orElse(Html.EMPTY);
    }

    private static Html figure(Html pictures, Html caption) {
        return Html.of("<figure>%s<figcaption>%s</figcaption></figure>", pictures, caption);
    }

    private CommandLines commands() {
        return new CommandLines(options);
    }

    private String name() {
        return String.valueOf(options.model().toAbsolutePath().normalize().getFileName());
    }

    static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }

    static String style() {
        try (InputStream css = QuickstartPage.class.getResourceAsStream("page.css")) {
            return new String(Objects.requireNonNull(css, "page.css").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("page.css", e);
        }
    }
}
