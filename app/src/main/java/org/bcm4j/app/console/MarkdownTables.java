package org.bcm4j.app.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.pixels.HighestFrequency;

/**
 * The figures of {@code metrics.json} as Markdown tables for a model card. Figures that were not measured have no
 * column or table.
 */
public final class MarkdownTables {
    private static final String ABSENT = "";

    private MarkdownTables() {}

    /** All tables, separated by empty lines. */
    public static String of(EvaluationReport report) {
        List<String> tables = new ArrayList<>();
        if (!report.generation().isEmpty()) {
            tables.add(generation(report.generation()));
        }
        report.inception().filter(rows -> !rows.isEmpty()).ifPresent(rows -> tables.add(inception(rows)));
        if (!report.inversion().isEmpty()) {
            tables.add(inversion(report.inversion()));
        }
        report.drawnNoise().ifPresent(drawn -> tables.add(noise(drawn, report.inversion())));
        report.interpolation().filter(rows -> !rows.isEmpty()).ifPresent(rows -> tables.add(interpolation(rows)));
        return String.join("\n", tables);
    }

    private static String generation(List<GenerationQuality.Figures> rows) {
        boolean withFrequency =
                rows.stream().anyMatch(row -> row.highestFrequency().isPresent());
        List<String> head =
                new ArrayList<>(List.of("generation walk", "NFE", "FD", "FD / FD(blurred)", "class agreement"));
        if (withFrequency) {
            head.add("highest frequency / real images'");
        }
        return table(
                head,
                rows.stream()
                        .map(row -> {
                            List<String> cells = new ArrayList<>(List.of(
                                    code(row.walk()),
                                    Integer.toString(row.nfe()),
                                    number("%.2f", row.frechetDistance()),
                                    number("%.3f", row.relativeToBlurred()),
                                    optional("%.3f", row.agreement())));
                            if (withFrequency) {
                                cells.add(
                                        optional("%.2f", row.highestFrequency().map(HighestFrequency::largest)));
                            }
                            return cells;
                        })
                        .toList());
    }

    private static String inception(List<EvaluationReport.InceptionFigures> rows) {
        return table(
                List.of("in Inception features", "NFE", "FID", "KID", "precision", "recall", "Inception Score"),
                rows.stream()
                        .map(row -> List.of(
                                code(row.walk()),
                                Integer.toString(row.nfe()),
                                optional("%.2f", row.figures().fid()),
                                optional("%.5f", row.figures().kid()),
                                optional("%.3f", row.figures().precision()),
                                optional("%.3f", row.figures().recall()),
                                optional("%.2f", row.figures().inceptionScore())))
                        .toList());
    }

    private static String inversion(List<InversionQuality.Figures> rows) {
        return table(
                List.of(
                        "inversion walk (then " + code(rows.get(0).regeneration()) + ")",
                        "NFE",
                        "labels",
                        "MSE on [0,1]",
                        "PSNR",
                        "SSIM",
                        "std of noise / T"),
                rows.stream()
                        .map(row -> List.of(
                                code(row.walk()),
                                Integer.toString(row.nfe()),
                                labels(row),
                                number("%.4f", row.meanSquaredError()),
                                optional("%.1f", row.peakSignalToNoise()),
                                optional("%.3f", row.structuralSimilarity()),
                                number("%.2f", row.noiseStandardDeviation())))
                        .toList());
    }

    private static String noise(NoiseQuality drawn, List<InversionQuality.Figures> inversions) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(noise("drawn noise", ABSENT, drawn, ABSENT));
        for (InversionQuality.Figures row : inversions) {
            row.noise()
                    .ifPresent(found -> rows.add(noise(
                            code(row.walk()),
                            labels(row),
                            found,
                            row.recovery()
                                    .map(recovery ->
                                            number("%.2f", recovery.noise()) + " / " + number("%.2f", recovery.image()))
                                    .orElse(ABSENT))));
        }
        return table(
                List.of(
                        "noise",
                        "labels",
                        "mean",
                        "std",
                        "skewness",
                        "excess kurtosis",
                        "KS rejected",
                        "autocorrelation 1 / 2 apart",
                        "largest",
                        "highest frequency / mean",
                        "R² from the 5×5 patch",
                        "correlation with the image",
                        "class leak",
                        "z′ with z / with its image"),
                rows);
    }

    private static List<String> noise(String source, String labels, NoiseQuality quality, String recovery) {
        NoiseFigures figures = quality.figures();
        return List.of(
                source,
                labels,
                number("%.3f", figures.mean()),
                number("%.3f", figures.standardDeviation()),
                number("%.2f", figures.skewness()),
                number("%.2f", figures.excessKurtosis()),
                number("%.2f", figures.rejected()),
                number("%.3f", figures.autocorrelation(1)) + " / " + number("%.3f", figures.autocorrelation(2)),
                number("%.3f", figures.largestAutocorrelation()),
                number("%.2f", figures.highestFrequency().largest()),
                number("%.3f", figures.patchDetermination()),
                number("%.3f", figures.imageCorrelation()),
                optional("%.3f", quality.classLeak()),
                recovery);
    }

    private static String interpolation(List<InterpolationQuality.Figures> rows) {
        return table(
                List.of(
                        "midpoints, inverted along",
                        "pairs",
                        "FD / FD(blurred)",
                        "class agreement",
                        "cross-fades: FD / FD(blurred)",
                        "class agreement",
                        "MSE of the ends"),
                rows.stream()
                        .map(row -> List.of(
                                code(row.inversion()),
                                row.count() + " "
                                        + row.pairs()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', ' '),
                                number("%.3f", row.midpoints().relativeToBlurred()),
                                optional("%.3f", row.midpoints().agreement()),
                                number("%.3f", row.crossFades().relativeToBlurred()),
                                optional("%.3f", row.crossFades().agreement()),
                                number("%.4f", row.endsMeanSquaredError())))
                        .toList());
    }

    private static String labels(InversionQuality.Figures row) {
        return row.labels().name().toLowerCase(Locale.ROOT);
    }

    private static String table(List<String> head, List<List<String>> rows) {
        String line = head.stream().map(cell -> "---").collect(Collectors.joining("|", "|", "|\n"));
        return row(head) + line + rows.stream().map(MarkdownTables::row).collect(Collectors.joining());
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String optional(String format, Optional<Double> value) {
        return value.map(number -> number(format, number)).orElse(ABSENT);
    }
}
