package org.bcm4j.app.report;

import static org.bcm4j.app.report.Numbers.number;

import java.nio.charset.StandardCharsets;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.reproduction.Claim;
import org.bcm4j.reproduction.Comparison;
import org.bcm4j.reproduction.Protocol;
import org.bcm4j.reproduction.Results;
import org.bcm4j.storage.AtomicFile;

/**
 * The page of a reproduction: the claims with their verdicts, then every figure and table with results, each with the
 * command that reproduces it. All its content comes from the JSON files next to it.
 */
public final class ReproductionPage {
    private final Results results;
    private final ReproductionFigures figures;

    /** @param results the results that count; their folder receives the page */
    public ReproductionPage(Results results) {
        this.results = results;
        this.figures = new ReproductionFigures(results.folder());
    }

    /**
     * Draws the plots and writes the page.
     *
     * @throws org.bcm4j.storage.UserException if a file cannot be written
     */
    public void write() {
        System.setProperty("java.awt.headless", "true");
        String page = Templates.filled("reproduction.jte", this);
        AtomicFile.write(
                results.folder().resolve("index.html"), out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    }

    /** The sections of the figures and tables that have results, in their order on the page. */
    List<ReproductionFigures.Section> sections() {
        return Stream.<Optional<ReproductionFigures.Section>>of(
                        results.generation().map(figures::generation),
                        results.inversion().map(figures::inversion),
                        results.initialNoise().map(figures::initialNoise),
                        results.ablations().map(figures::ablations),
                        results.coverage().map(figures::coverage),
                        results.noiseEmbedding().map(figures::embedding),
                        results.noiseStatistics().map(figures::statistics),
                        results.midpoints().map(figures::midpoints),
                        results.edits().map(figures::edits),
                        results.tunedWalks().map(figures::walks))
                .flatMap(Optional::stream)
                .toList();
    }

    Claim.Judgements judgements() {
        return Claim.Judgements.of(results);
    }

    Optional<Protocol> protocol() {
        return results.protocol();
    }

    /** A comparison in one line, with its verdict. */
    static String comparison(Comparison comparison) {
        return (comparison.factor() == 1 ? "" : decimal(comparison.factor()) + " × ")
                + comparison.lower()
                + ": "
                + ReproductionFigures.text(comparison.figure())
                + " < "
                + comparison.higher()
                + ": "
                + comparison.otherFigure().map(ReproductionFigures::text).orElse(ReproductionFigures.NOT_FINITE)
                + "? "
                + words(comparison.verdict())
                + comparison
                        .difference()
                        .map(difference -> ", by " + ReproductionFigures.text(difference))
                        .orElse("");
    }

    /** The name of a constant in lower case, its words apart. */
    static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** A number with up to two decimals. */
    static String decimal(double value) {
        return new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }

    /** The runs, and what each of them was given. */
    static Table runs(Protocol protocol) {
        return new Table(
                List.of("Run", "Share of training time", "Warm-up steps", "Steps", "Images seen"),
                protocol.runs().stream()
                        .map(run -> Table.row(
                                run.run(),
                                number("%.0f %%", 100 * run.share()),
                                run.warmUpSteps(),
                                run.steps(),
                                number("%,d", run.images())))
                        .toList());
    }
}
