package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.reproduction.NoiseStatistics;

/** Tables that show whether inversions lead to noise, and how useful that noise is. */
final class NoiseSection {
    private static final String ABSENT = "–";

    private NoiseSection() {}

    /** The noise of a model's inversions, compared with drawn noise; empty if it was not measured. */
    static Html noise(EvaluationReport report) {
        return report.drawnNoise()
                .map(drawn -> Html.of(
                        """
                        <p>Whether what inversions find is noise: its figures beside those of as many drawn noises. R² is the
                        share of it that the 5 × 5 patch of the image around each pixel tells; “class told” how often a small
                        classifier, trained on other noises, tells from a noise of which class its image was; “z found” the
                        correlation of the noise of an image that the model made with the noise that it made the image
                        of.</p>
                        %s\
                        """,
                        Html.table(
                                List.of(
                                        "Inversion",
                                        "Labels",
                                        "Mean",
                                        "Deviation",
                                        "Excess kurtosis",
                                        "Autocorrelation 1, 2 apart",
                                        "R²",
                                        "Class told",
                                        "z found"),
                                Stream.concat(
                                                Stream.of(row("drawn noise", ABSENT, drawn, ABSENT)),
                                                report.inversion().stream().flatMap(NoiseSection::row))
                                        .toList())))
                .orElse(Html.EMPTY);
    }

    private static Stream<List<Object>> row(InversionQuality.Figures figures) {
        return figures
                .noise()
                .map(found -> row(
                        Html.code(figures.walk()),
                        figures.labels() == InversionQuality.Labels.TRUE ? "given" : "none",
                        found,
                        orAbsent(figures.recovery().map(recovery -> recovery.noise()))))
                .stream();
    }

    private static List<Object> row(Object source, String labels, NoiseQuality quality, String recovered) {
        NoiseFigures figures = quality.figures();
        return List.of(
                source,
                labels,
                number("%.3f", figures.mean()),
                number("%.3f", figures.standardDeviation()),
                number("%.2f", figures.excessKurtosis()),
                number("%.3f", figures.autocorrelation(1)) + ", " + number("%.3f", figures.autocorrelation(2)),
                number("%.3f", figures.patchDetermination()),
                orAbsent(quality.classLeak()),
                recovered);
    }

    /** The images half-way between two real ones; empty if there are none. */
    static Html midpoints(EvaluationReport report) {
        List<InterpolationQuality.Figures> rows = report.interpolation().orElse(List.of());
        if (rows.isEmpty()) {
            return Html.EMPTY;
        }
        return Html.of(
                """
                <p>Images half-way between two real ones, generated of the noise between theirs, and the cross-fades of the
                same pairs: their distance from real images, as above, and how often a classifier sees the class of one of
                the two.</p>
                %s\
                """,
                Html.table(
                        List.of(
                                "Inversion",
                                "Pairs",
                                "Relative distance",
                                "Agreement",
                                "Of cross-fades",
                                "Agreement",
                                "Error of the ends"),
                        rows.stream()
                                .map(row -> List.<Object>of(
                                        Html.code(row.inversion()),
                                        row.pairs()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', ' '),
                                        number("%.3f", row.midpoints().relativeToBlurred()),
                                        orAbsent(row.midpoints().agreement()),
                                        number("%.3f", row.crossFades().relativeToBlurred()),
                                        orAbsent(row.crossFades().agreement()),
                                        number("%.5f", row.endsMeanSquaredError())))
                                .toList()));
    }

    /** The noises of a reproduction, as means over seeds. */
    static Html statistics(NoiseStatistics.Result result) {
        return Html.table(
                List.of(
                        "Noises",
                        "Mean",
                        "Deviation",
                        "Skewness",
                        "Excess kurtosis",
                        "Rejected",
                        "1 apart",
                        "2 apart",
                        "Largest",
                        "R²",
                        "Class"),
                result.rows().stream().map(NoiseSection::statistics).toList());
    }

    private static List<Object> statistics(NoiseStatistics.Row row) {
        return List.of(
                name(row),
                number("%.3f", row.figure(NoiseFigures::mean).mean()),
                number("%.3f", row.figure(NoiseFigures::standardDeviation).mean()),
                number("%.3f", row.figure(NoiseFigures::skewness).mean()),
                number("%.3f", row.figure(NoiseFigures::excessKurtosis).mean()),
                number("%.2f", row.figure(NoiseFigures::rejected).mean()),
                number("%.3f", row.figure(figures -> figures.autocorrelation(1)).mean()),
                number("%.3f", row.figure(figures -> figures.autocorrelation(2)).mean()),
                number("%.3f", row.figure(NoiseFigures::largestAutocorrelation).mean()),
                number("%.3f", row.figure(NoiseFigures::patchDetermination).mean()),
                orAbsent(row.classLeak().map(leak -> leak.mean())));
    }

    /** The source of the noises. */
    static String name(NoiseStatistics.Row row) {
        return switch (row.source()) {
            case BCM -> "bcm, " + row.samplingPath();
            case ODE -> "edm, " + row.samplingPath();
            case DRAWN -> row.samplingPath();
        };
    }

    private static String orAbsent(Optional<Double> value) {
        return value.map(number -> number("%.3f", number)).orElse(ABSENT);
    }
}
