package org.bcm4j.app.console;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.evaluation.SampleReport;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.metrics.statistics.Bounds;

/** Prints the figures of {@code bcm eval} on the terminal. */
public final class EvaluationTables {
    private EvaluationTables() {}

    /** @param statistics the file with the Inception statistics of the real images */
    public static void print(EvaluationReport report, Optional<Path> statistics) {
        EvaluationReport.Protocol protocol = report.protocol();
        System.out.printf(
                Locale.ROOT,
                "%d images of %s, %d samples a walk, seed %d, %s on %s%n",
                protocol.images(),
                protocol.data(),
                protocol.samples(),
                protocol.seed(),
                protocol.precision(),
                protocol.device());
        report.real().ifPresent(EvaluationTables::print);
        System.out.printf(Locale.ROOT, "in brackets: 95 %% bounds by the bootstrap, seed %d%n", protocol.seed());
        generation(report.generation());
        report.inception()
                .ifPresent(rows -> inception(
                        rows,
                        statistics.filter(
                                file -> report.protocol().statisticsSha256().isPresent())));
        inversion(report.inversion());
        noise(report);
        interpolation(report.interpolation().orElse(List.of()));
    }

    private static void print(EvaluationReport.Real real) {
        System.out.printf(
                Locale.ROOT,
                "real images: distance from their blur %.3f%s%n",
                real.blurredDistance(),
                real.accuracy()
                        .map(share -> String.format(Locale.ROOT, ", classes told rightly %.2f %%", 100 * share))
                        .orElse(""));
    }

    private static void generation(List<GenerationQuality.Figures> rows) {
        if (!rows.isEmpty()) {
            System.out.printf(
                    Locale.ROOT,
                    "%n%-36s %7s %28s %10s %10s %22s%n",
                    "generation",
                    "NFE",
                    "distance",
                    "/ blurred",
                    "agreement",
                    "highest frequency / real");
        }
        for (GenerationQuality.Figures figures : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %7d %28s %10.3f %10s %22s%n",
                    figures.walk(),
                    figures.nfe(),
                    text(3, figures.frechetDistance(), figures.frechetDistanceBounds()),
                    figures.relativeToBlurred(),
                    orDash(3, figures.agreement()),
                    figures.highestFrequency().map(EvaluationTables::text).orElse("-"));
        }
    }

    private static void inception(List<EvaluationReport.InceptionFigures> rows, Optional<Path> statistics) {
        statistics.ifPresent(file -> System.out.printf(Locale.ROOT, "%nFID against the statistics in %s%n", file));
        System.out.printf(
                Locale.ROOT,
                "%n%-36s %7s %30s %30s %10s %10s %10s%n",
                "in Inception features",
                "NFE",
                "FID",
                "KID",
                "precision",
                "recall",
                "score");
        for (EvaluationReport.InceptionFigures row : rows) {
            InceptionEvaluation.Figures figures = row.figures();
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %7d %30s %30s %10s %10s %10s%n",
                    row.walk(),
                    row.nfe(),
                    figures.fid().map(fid -> text(4, fid, figures.fidBounds())).orElse("-"),
                    figures.kid().map(kid -> text(6, kid, figures.kidBounds())).orElse("-"),
                    orDash(4, figures.precision()),
                    orDash(4, figures.recall()),
                    orDash(4, figures.inceptionScore()));
        }
    }

    private static void inversion(List<InversionQuality.Figures> rows) {
        if (!rows.isEmpty()) {
            System.out.printf(
                    Locale.ROOT,
                    "%n%-36s %7s %6s %28s %23s %25s %10s%n",
                    "inversion",
                    "NFE",
                    "labels",
                    "MSE",
                    "PSNR/dB",
                    "SSIM",
                    "noise std");
        }
        for (InversionQuality.Figures figures : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %7s %6s %28s %23s %25s %10.3f%n",
                    figures.walk(),
                    // Evaluations to noise and back.
                    figures.nfe() + "+" + figures.regenerationNfe().orElse(1),
                    figures.labels().name().toLowerCase(Locale.ROOT),
                    text(5, figures.meanSquaredError(), figures.meanSquaredErrorBounds()),
                    figures.peakSignalToNoise()
                            .map(decibels -> text(2, decibels, figures.peakSignalToNoiseBounds()))
                            .orElse("-"),
                    figures.structuralSimilarity()
                            .map(similarity -> text(4, similarity, figures.structuralSimilarityBounds()))
                            .orElse("-"),
                    figures.noiseStandardDeviation());
        }
    }

    /** Inversions that lead to noise, compared with drawn noise. */
    private static void noise(EvaluationReport report) {
        if (report.drawnNoise().isEmpty()) {
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%n%-36s %6s %7s %6s %6s %6s %5s %17s %7s %20s %6s %6s %6s %15s%n",
                "noise",
                "labels",
                "mean",
                "std",
                "skew",
                "kurt",
                "KS",
                "autocorr. 1, 2, max",
                "highest",
                "mean by phase",
                "R2",
                "|corr|",
                "leak",
                "recovery, image");
        report.drawnNoise().ifPresent(drawn -> noise("drawn", "", drawn, "-"));
        for (InversionQuality.Figures figures : report.inversion()) {
            figures.noise()
                    .ifPresent(found -> noise(
                            figures.walk(),
                            figures.labels().name().toLowerCase(Locale.ROOT),
                            found,
                            figures.recovery()
                                    .map(recovery -> text(2, recovery.noise()) + ", " + text(2, recovery.image()))
                                    .orElse("-")));
        }
    }

    private static void noise(String source, String labels, NoiseQuality quality, String recovery) {
        NoiseFigures figures = quality.figures();
        System.out.printf(
                Locale.ROOT,
                "%-36s %6s %7.3f %6.3f %6.2f %6.2f %5.2f %6.3f %6.3f %5.3f %7s %20s %6.3f %6.3f %6s %15s%n",
                source,
                labels,
                figures.mean(),
                figures.standardDeviation(),
                figures.skewness(),
                figures.excessKurtosis(),
                figures.rejected(),
                figures.autocorrelation(1),
                figures.autocorrelation(2),
                figures.largestAutocorrelation(),
                text(2, figures.highestFrequency().largest()),
                figures.phaseMeans().stream().map(mean -> text(2, mean)).collect(Collectors.joining(" ")),
                figures.patchDetermination(),
                figures.imageCorrelation(),
                orDash(3, quality.classLeak()),
                recovery);
    }

    private static void interpolation(List<InterpolationQuality.Figures> rows) {
        if (!rows.isEmpty()) {
            System.out.printf(
                    Locale.ROOT,
                    "%n%-36s %14s %6s %10s %10s %11s %11s %9s%n",
                    "midpoints",
                    "pairs",
                    "count",
                    "/ blurred",
                    "agreement",
                    "cross-fades",
                    "agreement",
                    "ends' MSE");
        }
        for (InterpolationQuality.Figures figures : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %14s %6d %10.3f %10s %11.3f %11s %9.5f%n",
                    figures.inversion(),
                    figures.pairs().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    figures.count(),
                    figures.midpoints().relativeToBlurred(),
                    orDash(3, figures.midpoints().agreement()),
                    figures.crossFades().relativeToBlurred(),
                    orDash(3, figures.crossFades().agreement()),
                    figures.endsMeanSquaredError());
        }
    }

    public static void print(SampleReport report) {
        SampleReport.Protocol protocol = report.protocol();
        Optional<String> statistics = protocol.statistics().map(file -> "the statistics in " + file);
        Optional<String> images = protocol.images()
                .map(count -> String.format(Locale.ROOT, "%,d images of %s", count, protocol.data()))
                .map(real -> real
                        + statistics.map(file -> ", the FID against " + file).orElse(""));
        System.out.printf(
                Locale.ROOT,
                "%,d samples of %s against %s%n",
                protocol.sampleCount(),
                protocol.samples(),
                images.or(() -> statistics).orElse(protocol.data()));
        report.features().ifPresent(figures -> {
            line("distance", text(5, figures.frechetDistance(), figures.frechetDistanceBounds()));
            line("/ blurred", text(5, figures.relativeToBlurred()));
        });
        report.inception().ifPresent(figures -> {
            figures.fid().ifPresent(fid -> line("FID", text(5, fid, figures.fidBounds())));
            figures.kid().ifPresent(kid -> line("KID", text(6, kid, figures.kidBounds())));
            line("precision", figures.precision());
            line("recall", figures.recall());
            line("Inception Score", figures.inceptionScore());
        });
    }

    private static void line(String name, Optional<Double> value) {
        value.ifPresent(number -> line(name, text(5, number)));
    }

    private static void line(String name, String value) {
        System.out.printf(Locale.ROOT, "%-16s %s%n", name, value);
    }

    private static String orDash(int decimals, Optional<Double> value) {
        return value.map(number -> text(decimals, number)).orElse("-");
    }

    /** At the corner, across columns, across rows. */
    private static String text(HighestFrequency power) {
        return text(2, power.corner()) + ", " + text(2, power.acrossColumns()) + ", " + text(2, power.acrossRows());
    }

    private static String text(int decimals, double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String text(int decimals, double value, Optional<Bounds> bounds) {
        return text(decimals, value)
                + bounds.map(ends -> " [" + text(decimals, ends.low()) + ", " + text(decimals, ends.high()) + "]")
                        .orElse("");
    }
}
