package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.app.report.ReproductionPlots.Point;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.Ablations;
import org.bcm4j.reproduction.Coverage;
import org.bcm4j.reproduction.Edits;
import org.bcm4j.reproduction.GenerationAgainstNfe;
import org.bcm4j.reproduction.InitialNoise;
import org.bcm4j.reproduction.InversionAgainstNfe;
import org.bcm4j.reproduction.Midpoints;
import org.bcm4j.reproduction.NoiseEmbedding;
import org.bcm4j.reproduction.NoiseStatistics;
import org.bcm4j.reproduction.StageResult;
import org.bcm4j.reproduction.TunedWalks;

/**
 * The figures and tables of a {@link ReproductionPage}. Each method draws its plot into the folder and returns its
 * section.
 */
final class ReproductionFigures {
    static final String NOT_FINITE = "not finite";

    private static final String RELATIVE_DISTANCE = "Fréchet distance / that of blurred images";
    private static final String ERROR = "mean squared error on [0,1]";

    private final Path folder;

    /** @param folder the folder of the results, which receives the plots */
    ReproductionFigures(Path folder) {
        this.folder = folder;
    }

    Html generation(GenerationAgainstNfe.Result result) {
        plotLines(
                result,
                "evaluations (NFE)",
                RELATIVE_DISTANCE,
                grouped(
                        result.points(),
                        point -> name(point.kind()),
                        point -> new Point(point.nfe(), point.distance().mean())));
        return section(
                result,
                "Generation against evaluations (Fig. 13)",
                "Samples along BCM's three kinds of walks and by iCT's multistep sampling: their Fréchet distance from test"
                        + " images, in features of our own, divided by that of blurred test images.",
                Html.table(
                        List.of("Walk", "Sampler", "NFE", "Relative distance"),
                        result.points().stream()
                                .map(point -> List.<Object>of(
                                        Html.code(point.walk()),
                                        name(point.kind()),
                                        point.nfe(),
                                        text(point.distance())))
                                .toList()));
    }

    private static String name(TunedWalks.Kind kind) {
        return kind == TunedWalks.Kind.MULTISTEP
                ? "iCT, multistep"
                : "BCM, " + kind.name().toLowerCase(Locale.ROOT);
    }

    Html inversion(InversionAgainstNfe.Result result) {
        plotLines(
                result,
                "evaluations of the inversion (NFE)",
                ERROR,
                grouped(
                        result.points(),
                        InversionAgainstNfe.Point::method,
                        point -> new Point(point.nfe(), point.error().mean())));
        return section(
                result,
                "Reconstruction error against evaluations (Fig. 7)",
                "Test images, inverted and generated again: by BCM, which generates in one evaluation, and along the"
                        + " probability flow ODE of EDM's denoiser by Heun's rule and DDIM's, both ways.",
                Html.table(
                        List.of("Sampling path", "Method", "NFE", "NFE back", "Error"),
                        result.points().stream()
                                .map(point -> List.<Object>of(
                                        Html.code(point.walk()),
                                        point.method(),
                                        point.nfe(),
                                        point.regenerationNfe(),
                                        text(point.error())))
                                .toList()));
    }

    Html initialNoise(InitialNoise.Result result) {
        Map<String, List<Point>> lines = new LinkedHashMap<>();
        lines.put(
                "with the noise",
                points(result.pairs(), pair -> new Point(pair.nfe(), pair.with().mean())));
        lines.put(
                "without",
                points(
                        result.pairs(),
                        pair -> new Point(pair.nfe(), pair.without().mean())));
        plotLines(result, "evaluations of the inversion (NFE)", ERROR, lines);
        return section(
                result,
                "With and without the small initial noise",
                "The same inversions, beginning with a little noise and with the images as they are.",
                Html.table(
                        List.of("Walk", "NFE", "Error with the noise", "Error without"),
                        result.pairs().stream()
                                .map(pair -> List.<Object>of(
                                        Html.code(pair.walk()), pair.nfe(), text(pair.with()), text(pair.without())))
                                .toList()));
    }

    Html ablations(Ablations.Result result) {
        Map<String, List<Point>> lines = new LinkedHashMap<>();
        result.variants()
                .forEach(variant -> lines.put(
                        variant.run().title(),
                        variant.error()
                                .map(error -> List.of(new Point(
                                        error.mean(), variant.distance().mean())))
                                .orElse(List.of())));
        lines.values().removeIf(List::isEmpty);
        plotLines(result, "error of inversion in two evaluations", RELATIVE_DISTANCE + ", 1 NFE", lines);
        return section(
                result,
                "Eq. 9 against Eq. 8, with and without the consistency term (Figs. 10 to 12)",
                "Short runs of equally many steps, from scratch and without a warm-up: the paper's loss (eq9), its soft"
                        + " term comparing with the other diffused point (eq8), without its consistency training term"
                        + " (no-ct), and the paper's loss with inversion consistency beside it (inversion), which asks"
                        + " that inversions be noise and not only that they lead back.",
                Html.table(
                        List.of("Run", "Relative distance of samples, 1 NFE", "Error of inversion, 2 NFE"),
                        result.variants().stream()
                                .map(variant -> List.<Object>of(
                                        variant.run().title(),
                                        text(variant.distance()),
                                        variant.error()
                                                .map(ReproductionFigures::text)
                                                .orElse(NOT_FINITE)))
                                .toList()));
    }

    Html coverage(Coverage.Result result) {
        Map<String, List<List<Double>>> maps = new LinkedHashMap<>();
        maps.put("the paper's law, log10 of the probability", result.paper().density());
        maps.put("the law of these runs", result.here().density());
        List<Double> edges = result.edges();
        ReproductionPlots.heatMaps(plot(result), "u", "t", edges.subList(0, edges.size() - 1), maps);
        return section(
                result,
                "How often (t, u) is drawn (Fig. 14)",
                "Exact, over a whole run: nothing is drawn for it. Large times are rarely met by the paper's law.",
                Html.table(
                        List.of("Law", "Probability that u = T"),
                        List.of(
                                List.of(
                                        "the paper's",
                                        number("%.5f", result.paper().end())),
                                List.of(
                                        "of these runs",
                                        number("%.5f", result.here().end())))));
    }

    Html embedding(NoiseEmbedding.Result result) {
        Map<String, Map<String, List<Point>>> clouds = new LinkedHashMap<>();
        Function<NoiseEmbedding.Point, Point> place = point -> new Point(point.x(), point.y());
        clouds.put("by initial noise", grouped(result.points(), point -> "noise " + (point.initialNoise() + 1), place));
        Map<String, List<Point>> byClass = new LinkedHashMap<>();
        IntStream.rangeClosed(
                        0,
                        result.points().stream()
                                .mapToInt(NoiseEmbedding.Point::label)
                                .max()
                                .orElse(0))
                .forEach(label -> byClass.put(
                        "class " + label,
                        points(
                                result.points().stream()
                                        .filter(point -> point.label() == label)
                                        .toList(),
                                place)));
        byClass.values().removeIf(List::isEmpty);
        clouds.put("by class", byClass);
        ReproductionPlots.clouds(plot(result), clouds);
        return section(
                result,
                "t-SNE of inverted noises (Fig. 15)",
                "Noises of test images whose inversions, along " + result.walk()
                        + ", shared an initial noise within each group. In the noises' own space, how often the nearest"
                        + " neighbour is of the same kind:",
                Html.table(
                        List.of("Kind", "Share", "By chance"),
                        List.of(
                                List.of(
                                        "initial noise",
                                        number("%.3f", result.sameInitialNoise()),
                                        number("%.3f", result.sameInitialNoiseByChance())),
                                List.of(
                                        "class",
                                        number("%.3f", result.sameLabel()),
                                        number("%.3f", result.sameLabelByChance())))));
    }

    Html statistics(NoiseStatistics.Result result) {
        Map<String, List<Point>> lines = new LinkedHashMap<>();
        result.rows()
                .forEach(row -> lines.put(
                        NoiseSection.name(row),
                        IntStream.of(1, 2)
                                .mapToObj(apart -> new Point(
                                        apart,
                                        row.figure(figures -> figures.autocorrelation(apart))
                                                .mean()))
                                .toList()));
        ReproductionPlots.lines(plot(result), "pixels apart", "autocorrelation", false, lines);
        return section(
                result,
                "Is the noise Gaussian? (Fig. 16)",
                "Of the noises that inversions find, of those to which the ODE of EDM's denoiser leads, and of drawn ones:"
                        + " moments, the share that the Kolmogorov-Smirnov test tells from N(0,1) at 5 %, the correlation of"
                        + " neighbours in rows and columns, the largest of any (diagonals too), how much of the noise the"
                        + " 5 × 5 patch of the image around it tells (R²), and how often a small classifier tells the image's"
                        + " class from the noise. Means over seeds.",
                NoiseSection.statistics(result));
    }

    Html midpoints(Midpoints.Result result) {
        return section(
                result,
                "Interpolation with the same and different initial noise (Fig. 19)",
                "Test images inverted along " + result.inversion() + " and generated along " + result.generation()
                        + ". In each pair of rows the upper one begins with different noises, the lower one with the same;"
                        + " the first and the last picture of a row are real. Below, the distance of images half-way from"
                        + " test images.",
                Html.table(
                        List.of("Initial noise", "Relative distance of midpoints"),
                        List.of(
                                List.of("different", text(result.different())),
                                List.of("the same", text(result.shared())))));
    }

    Html edits(Edits.Result result) {
        List<Edits.Repair> inpainting = result.inpainting();
        plotLines(
                result,
                "evaluations (NFE)",
                RELATIVE_DISTANCE,
                grouped(
                        inpainting,
                        repair -> repair.method().title(),
                        repair -> new Point(repair.nfe(), repair.distance().mean())));
        return section(
                result,
                "Inpainting and restoration",
                "The middle square of test images filled in, by BCM and, as consistency models do it, by iCT; and"
                        + " compressed images restored by BCM, which is told neither that nor how they are damaged. Walks"
                        + " are untuned. The plot shows the inpainting.",
                repairs(Stream.concat(inpainting.stream(), result.restoration().stream())
                        .toList()));
    }

    private static Html repairs(List<Edits.Repair> repairs) {
        return Html.table(
                List.of("Walk", "Damage", "Model", "NFE", "Error", "damaged", "Relative distance", "damaged"),
                repairs.stream()
                        .map(repair -> List.<Object>of(
                                Html.code(repair.walk()),
                                repair.damage(),
                                repair.method().title(),
                                repair.nfe(),
                                text(repair.error()),
                                number("%.4f", repair.damagedError()),
                                text(repair.distance()),
                                number("%.3f", repair.damagedDistance())))
                        .toList());
    }

    Html walks(TunedWalks.Result result) {
        return section(
                result,
                "The walks",
                "All walks that are compared were sought on training images, with equally many trials each. The cost is the"
                        + " relative distance of samples, and the error of an inversion.",
                Html.table(
                        List.of("Walk", "Kind", "Cost", "Where the search began"),
                        result.found().stream()
                                .map(found -> List.<Object>of(
                                        Html.code(found.walk()),
                                        found.kind().name().toLowerCase(Locale.ROOT),
                                        number("%.4g", found.cost()),
                                        number("%.4g", found.costBefore())))
                                .toList()));
    }

    /** The section of a figure or table, with its plot if the folder has one. */
    private Html section(StageResult result, String title, String explanation, Html table) {
        String stage = result.provenance().stage();
        Path picture = plot(result);
        Html plot =
                Files.exists(picture) ? Html.of("<p><img src=\"%s.png\" alt=\"%s\" /></p>", stage, title) : Html.EMPTY;
        return Html.of(
                """
                <section id="%s">
                <h2>%s</h2>
                <p>%s</p>
                %s
                %s
                <p><a href="results/%s.json">results/%s.json</a>, on %s</p>
                <pre><code>%s</code></pre>
                </section>\
                """,
                stage,
                title,
                explanation,
                plot,
                table,
                stage,
                stage,
                result.provenance().data(),
                result.provenance().command());
    }

    private void plotLines(StageResult result, String across, String up, Map<String, List<Point>> lines) {
        if (!lines.isEmpty()) {
            ReproductionPlots.lines(plot(result), across, up, true, lines);
        }
    }

    private Path plot(StageResult result) {
        return folder.resolve(result.provenance().stage() + ".png");
    }

    private static <T> Map<String, List<Point>> grouped(
            List<T> items, Function<T, String> name, Function<T, Point> point) {
        Map<String, List<Point>> groups = new LinkedHashMap<>();
        items.forEach(item -> groups.computeIfAbsent(name.apply(item), any -> new ArrayList<>())
                .add(point.apply(item)));
        return groups;
    }

    private static <T> List<Point> points(List<T> items, Function<T, Point> point) {
        return items.stream().map(point).toList();
    }

    /** The value, with half the width of its interval. */
    static String text(ConfidenceInterval interval) {
        return number("%.4g", interval.mean()) + number(" ± %.2g", interval.high() - interval.mean());
    }
}
