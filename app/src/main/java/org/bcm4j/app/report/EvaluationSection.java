package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.util.List;
import java.util.Optional;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;

/** The section with the figures measured on the model's whole data set, and how they were measured. */
final class EvaluationSection {
    private static final String ABSENT = "–";

    private EvaluationSection() {}

    static Html html(EvaluationReport report, CommandLines commands) {
        EvaluationReport.Protocol protocol = report.protocol();
        return Html.of(
                """
                <section id="figures">
                <h2>Figures</h2>
                <p>Measured with the model on %s: %s samples along each generation walk, %s real images, seed %s, %s,
                %s.</p>
                <p>Generation: the Fréchet distance of the samples from the real images, on features of our own,
                relative to that of a 3 × 3 blur (below 1, samples are closer to real images than slightly soft copies
                of them are); and how often a classifier sees the class asked for, relative to how often it is right
                about real images.</p>
                %s
                <p>Inversion, and generation again in one evaluation; the error is per pixel value on [0,1], and ideal
                noise has a standard deviation of 1.</p>
                %s
                %s
                %s
                %s
                </section>\
                """,
                protocol.data(),
                number("%,d", protocol.samples()),
                number("%,d", protocol.images()),
                protocol.seed(),
                protocol.device(),
                protocol.precision(),
                Html.table(
                        List.of("Walk", "NFE", "Relative distance", "Agreement"),
                        report.generation().stream()
                                .map(EvaluationSection::generation)
                                .toList()),
                Html.table(
                        List.of("Walk", "NFE", "Labels", "Mean squared error", "PSNR, dB", "Noise deviation"),
                        report.inversion().stream()
                                .map(EvaluationSection::inversion)
                                .toList()),
                NoiseSection.noise(report),
                NoiseSection.midpoints(report),
                commands.evaluation(protocol));
    }

    private static List<Object> generation(GenerationQuality.Figures figures) {
        return List.of(
                Html.code(figures.walk()),
                figures.nfe(),
                number("%.3f", figures.relativeToBlurred()),
                orAbsent("%.3f", figures.agreement()));
    }

    private static List<Object> inversion(InversionQuality.Figures figures) {
        return List.of(
                Html.code(figures.walk()),
                figures.nfe(),
                figures.labels() == InversionQuality.Labels.TRUE ? "given" : "none",
                number("%.5f", figures.meanSquaredError()),
                orAbsent("%.2f", figures.peakSignalToNoise()),
                number("%.3f", figures.noiseStandardDeviation()));
    }

    private static String orAbsent(String format, Optional<Double> value) {
        return value.map(number -> number(format, number)).orElse(ABSENT);
    }
}
