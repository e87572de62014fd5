package org.bcm4j.app.report;

import static org.bcm4j.app.report.Numbers.number;
import static org.bcm4j.app.report.Numbers.orAbsent;

import java.util.List;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;

/** Tables of the figures that were measured on the model's whole data set. */
final class QualityTables {
    private QualityTables() {}

    static Table generation(EvaluationReport report) {
        return new Table(
                List.of("Walk", "NFE", "Relative distance", "Agreement"),
                report.generation().stream().map(QualityTables::row).toList());
    }

    static Table inversion(EvaluationReport report) {
        return new Table(
                List.of("Walk", "NFE", "Labels", "Mean squared error", "PSNR, dB", "Noise deviation"),
                report.inversion().stream().map(QualityTables::row).toList());
    }

    private static List<Table.Cell> row(GenerationQuality.Figures figures) {
        return Table.row(
                Table.code(figures.walk()),
                figures.nfe(),
                number("%.3f", figures.relativeToBlurred()),
                orAbsent("%.3f", figures.agreement()));
    }

    private static List<Table.Cell> row(InversionQuality.Figures figures) {
        return Table.row(
                Table.code(figures.walk()),
                figures.nfe(),
                figures.labels() == InversionQuality.Labels.TRUE ? "given" : "none",
                number("%.5f", figures.meanSquaredError()),
                orAbsent("%.2f", figures.peakSignalToNoise()),
                number("%.3f", figures.noiseStandardDeviation()));
    }
}
