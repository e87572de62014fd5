package org.bcm4j.app.report;

import static org.bcm4j.app.report.Numbers.ABSENT;
import static org.bcm4j.app.report.Numbers.number;
import static org.bcm4j.app.report.Numbers.orAbsent;

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
final class NoiseTables {
    private NoiseTables() {}

    /** The noise of a model's inversions, compared with drawn noise; absent if it was not measured. */
    static Optional<Table> noise(EvaluationReport report) {
        return report.drawnNoise()
                .map(drawn -> new Table(
                        List.of(
                                "Inversion",
                                "Labels",
                                "Mean",
                                "Deviation",
                                "Excess kurtosis",
                                "Autocorrelation 1, 2 apart",
                                "R²",
                                "Class leak",
                                "z found"),
                        Stream.concat(
                                        Stream.of(row("drawn noise", ABSENT, drawn, ABSENT)),
                                        report.inversion().stream().flatMap(NoiseTables::row))
                                .toList()));
    }

    private static Stream<List<Table.Cell>> row(InversionQuality.Figures figures) {
        return figures
                .noise()
                .map(found -> row(
                        Table.code(figures.walk()),
                        figures.labels() == InversionQuality.Labels.TRUE ? "given" : "none",
                        found,
                        orAbsent("%.3f", figures.recovery().map(recovery -> recovery.noise()))))
                .stream();
    }

    private static List<Table.Cell> row(Object source, String labels, NoiseQuality quality, String recovered) {
        NoiseFigures figures = quality.figures();
        return Table.row(
                source,
                labels,
                number("%.3f", figures.mean()),
                number("%.3f", figures.standardDeviation()),
                number("%.2f", figures.excessKurtosis()),
                number("%.3f", figures.autocorrelation(1)) + ", " + number("%.3f", figures.autocorrelation(2)),
                number("%.3f", figures.patchDetermination()),
                orAbsent("%.3f", quality.classLeak()),
                recovered);
    }

    /** The images half-way between two real ones; absent if there are none. */
    static Optional<Table> midpoints(EvaluationReport report) {
        return report.interpolation()
                .filter(rows -> !rows.isEmpty())
                .map(rows -> new Table(
                        List.of(
                                "Inversion",
                                "Pairs",
                                "Relative distance",
                                "Agreement",
                                "Of cross-fades",
                                "Agreement",
                                "Error of the ends"),
                        rows.stream().map(NoiseTables::midpoints).toList()));
    }

    private static List<Table.Cell> midpoints(InterpolationQuality.Figures row) {
        return Table.row(
                Table.code(row.inversion()),
                row.pairs().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                number("%.3f", row.midpoints().relativeToBlurred()),
                orAbsent("%.3f", row.midpoints().agreement()),
                number("%.3f", row.crossFades().relativeToBlurred()),
                orAbsent("%.3f", row.crossFades().agreement()),
                number("%.5f", row.endsMeanSquaredError()));
    }

    /** The noises of a reproduction, as means over seeds. */
    static Table statistics(NoiseStatistics.Result result) {
        return new Table(
                List.of(
                        "Noises",
                        "Mean",
                        "Deviation",
                        "Skewness",
                        "Excess kurtosis",
                        "KS rejected",
                        "1 apart",
                        "2 apart",
                        "Largest",
                        "R²",
                        "Class leak"),
                result.rows().stream().map(NoiseTables::statistics).toList());
    }

    private static List<Table.Cell> statistics(NoiseStatistics.Row row) {
        return Table.row(
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
                orAbsent("%.3f", row.classLeak().map(leak -> leak.mean())));
    }

    /** The source of the noises. */
    static String name(NoiseStatistics.Row row) {
        return switch (row.source()) {
            case BCM -> "bcm, " + row.samplingPath();
            case ODE -> "edm, " + row.samplingPath();
            case DRAWN -> row.samplingPath();
        };
    }
}
