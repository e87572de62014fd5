package org.bcm4j.app.report;

import static org.bcm4j.app.report.Numbers.number;

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
import org.bcm4j.reproduction.Provenance;
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

    /**
     * The section of a figure or table.
     *
     * @param isPlotted whether the folder has a plot of it
     */
    record Section(Provenance provenance, String title, String explanation, boolean isPlotted, Table table) {}

    private final Path folder;

    /** @param folder the folder of the results, which receives the plots */
    ReproductionFigures(Path folder) {
        this.folder = folder;
    }

    Section generation(GenerationAgainstNfe.Result result) {
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
                new Table(
                        List.of("Walk", "Sampler", "NFE", "Relative distance"),
                        result.points().stream()
                                .map(point -> Table.row(
                                        Table.code(point.walk()),
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

    Section inversion(InversionAgainstNfe.Result result) {
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
                new Table(
                        List.of("Sampling path", "Method", "NFE", "NFE back", "Error"),
                        result.points().stream()
                                .map(point -> Table.row(
                                        Table.code(point.walk()),
                                        point.method(),
                                        point.nfe(),
                                        point.regenerationNfe(),
                                        text(point.error())))
                                .toList()));
    }

    Section initialNoise(InitialNoise.Result result) {
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
                new Table(
                        List.of("Walk", "NFE", "Error with the noise", "Error without"),
                        result.pairs().stream()
                                .map(pair -> Table.row(
                                        Table.code(pair.walk()), pair.nfe(), text(pair.with()), text(pair.without())))
                                .toList()));
    }

    Section ablations(Ablations.Result result) {
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
                new Table(
                        List.of("Run", "Relative distance of samples, 1 NFE", "Error of inversion, 2 NFE"),
                        result.variants().stream()
                                .map(variant -> Table.row(
                                        variant.run().title(),
                                        text(variant.distance()),
                                        variant.error()
                                                .map(ReproductionFigures::text)
                                                .orElse(NOT_FINITE)))
                                .toList()));
    }

    Section coverage(Coverage.Result result) {
        Map<String, List<List<Double>>> maps = new LinkedHashMap<>();
        maps.put("the paper's law, log10 of the probability", result.paper().density());
        maps.put("the law of these runs' soft term", result.here().density());
        List<Double> edges = result.edges();
        ReproductionPlots.heatMaps(plot(result), "u", "t", edges.subList(0, edges.size() - 1), maps);
        return section(
                result,
                "How often (t, u) is drawn (Fig. 14)",
                "Exact, over a whole run: nothing is drawn for it. Only the soft term counts. Large times are rarely met by the paper's law.",
                new Table(
                        List.of("Law", "Probability that u = T"),
                        List.of(
                                Table.row(
                                        "the paper's",
                                        number("%.5f", result.paper().end())),
                                Table.row(
                                        "of these runs' soft term",
                                        number("%.5f", result.here().end())))));
    }

    Section embedding(NoiseEmbedding.Result result) {
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
                new Table(
                        List.of("Kind", "Share", "By chance"),
                        List.of(
                                Table.row(
                                        "initial noise",
                                        number("%.3f", result.sameInitialNoise()),
                                        number("%.3f", result.sameInitialNoiseByChance())),
                                Table.row(
                                        "class",
                                        number("%.3f", result.sameLabel()),
                                        number("%.3f", result.sameLabelByChance())))));
    }

    Section statistics(NoiseStatistics.Result result) {
        Map<String, List<Point>> lines = new LinkedHashMap<>();
        result.rows()
                .forEach(row -> lines.put(
                        NoiseTables.name(row),
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
                NoiseTables.statistics(result));
    }

    Section midpoints(Midpoints.Result result) {
        return section(
                result,
                "Interpolation with the same and different initial noise (Fig. 19)",
                "Test images inverted along " + result.inversion() + " and generated along " + result.generation()
                        + ". In each pair of rows the upper one begins with different noises, the lower one with the same;"
                        + " the first and the last picture of a row are real. Below, the distance of images half-way from"
                        + " test images.",
                new Table(
                        List.of("Initial noise", "Relative distance of midpoints"),
                        List.of(
                                Table.row("different", text(result.different())),
                                Table.row("the same", text(result.shared())))));
    }

    Section edits(Edits.Result result) {
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

    private static Table repairs(List<Edits.Repair> repairs) {
        return new Table(
                List.of("Walk", "Damage", "Model", "NFE", "Error", "damaged", "Relative distance", "damaged"),
                repairs.stream()
                        .map(repair -> Table.row(
                                Table.code(repair.walk()),
                                repair.damage(),
                                repair.method().title(),
                                repair.nfe(),
                                text(repair.error()),
                                number("%.4f", repair.damagedError()),
                                text(repair.distance()),
                                number("%.3f", repair.damagedDistance())))
                        .toList());
    }

    Section walks(TunedWalks.Result result) {
        return section(
                result,
                "The walks",
                "All walks that are compared were sought on training images, with equally many trials each. The cost is the"
                        + " relative distance of samples, and the error of an inversion.",
                new Table(
                        List.of("Walk", "Kind", "Cost", "Where the search began"),
                        result.found().stream()
                                .map(found -> Table.row(
                                        Table.code(found.walk()),
                                        found.kind().name().toLowerCase(Locale.ROOT),
                                        number("%.4g", found.cost()),
                                        number("%.4g", found.costBefore())))
                                .toList()));
    }

    private Section section(StageResult result, String title, String explanation, Table table) {
        return new Section(result.provenance(), title, explanation, Files.exists(plot(result)), table);
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
