package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    private final Path folder;
    private final Results results;
    private final ReproductionFigures figures;

    /** @param folder the folder of the results, which receives the page */
    public ReproductionPage(Path folder) {
        this.folder = folder;
        this.results = new Results(folder);
        this.figures = new ReproductionFigures(folder);
    }

    /**
     * Draws the plots and writes the page.
     *
     * @throws org.bcm4j.storage.UserException if a result cannot be read or a file cannot be written
     */
    public void write() {
        System.setProperty("java.awt.headless", "true");
        String page = html();
        AtomicFile.write(folder.resolve("index.html"), out -> out.write(page.getBytes(StandardCharsets.UTF_8)));
    }

    private String html() {
        List<Html> sections = Stream.<Optional<Html>>of(
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
        return Html.of(
                        """
                        <!DOCTYPE html>
                        <html lang="en">
                        <head>
                        <meta charset="utf-8" />
                        <meta name="viewport" content="width=device-width, initial-scale=1" />
                        <title>bcm4j: the paper's experiments, made again</title>
                        <style>
                        %s
                        img { max-width: 100%%; height: auto; }
                        td, th { white-space: normal; }
                        </style>
                        </head>
                        <body>
                        <header>
                        <h1>The paper's experiments, made again</h1>
                        <p>Bidirectional Consistency Models (arXiv 2403.18035) on data and in a time that fit a small
                        machine. Numbers are not comparable with the paper's; which of two is lower is. Intervals are those
                        of 95 %% confidence over seeds.</p>
                        </header>
                        <main>
                        %s
                        %s
                        %s
                        </main>
                        <footer>Made by <code>bcm reproduce</code> from the JSON files beside this page.</footer>
                        </body>
                        </html>
                        """,
                        new Html(QuickstartPage.style()),
                        claims(),
                        results.protocol().map(ReproductionPage::protocol).orElse(Html.EMPTY),
                        Html.each(sections, section -> section))
                .markup();
    }

    private Html claims() {
        Claim.Judgements judgements = Claim.Judgements.of(results);
        return Html.of(
                """
                <section id="claims">
                <h2>What the paper claims</h2>
                %s<p>A claim is held if every comparison that it makes shows, not held if the opposite of one shows,
                undecided if neither does, something was not measured, or the runs
                have learnt too little to tell. What is compared shows by the difference of the two, seed by
                seed, whose 95 %% interval is given. <code>claims.json</code></p>
                %s
                </section>\
                """,
                judgements
                        .lack()
                        .map(lack -> Html.of("<p><strong>Nothing is decided: %s.</strong></p>\n", lack))
                        .orElse(Html.EMPTY),
                Html.table(
                        List.of("Claim", "Verdict", "By", "Comparisons"),
                        judgements.claims().stream()
                                .map(judgement -> List.<Object>of(
                                        Html.of("%s<br /><small>%s</small>", judgement.statement(), judgement.rule()),
                                        Html.of(
                                                "<strong>%s</strong>",
                                                judgement
                                                        .verdict()
                                                        .name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', ' ')),
                                        Html.of("<a href=\"#%s\">%s</a>", judgement.stage(), judgement.stage()),
                                        Html.each(judgement.comparisons(), ReproductionPage::comparison)))
                                .toList()));
    }

    private static Html comparison(Comparison comparison) {
        return Html.of(
                "<div>%s%s: %s &lt; %s: %s? %s%s</div>",
                comparison.factor() == 1 ? "" : decimal(comparison.factor()) + " × ",
                comparison.lower(),
                ReproductionFigures.text(comparison.figure()),
                comparison.higher(),
                comparison.otherFigure().map(ReproductionFigures::text).orElse(ReproductionFigures.NOT_FINITE),
                comparison.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                comparison
                        .difference()
                        .map(difference -> ", by " + ReproductionFigures.text(difference))
                        .orElse(""));
    }

    private static String decimal(double value) {
        return new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }

    private static Html protocol(Protocol protocol) {
        String minutes = decimal(protocol.minutes());
        return Html.of(
                """
                <section id="protocol">
                <h2>Protocol</h2>
                <p>%s minutes were allowed for everything; the network has %s parameters and learned from the training
                images of %s. Measured over %s seeds, on %s samples for each walk, on %s inverted, %s edited images and %s
                interpolated pairs for each seed, all of the test images. <code>protocol.json</code> has every
                setting.</p>
                %s
                <pre><code>bcm reproduce --budget %s</code></pre>
                </section>\
                """,
                minutes,
                number("%,d", protocol.parameters()),
                protocol.training().data().title(),
                protocol.measuring().seeds(),
                protocol.measuring().samples(),
                protocol.measuring().inverted(),
                protocol.measuring().edited(),
                protocol.measuring().pairs(),
                Html.table(
                        List.of("Run", "Share of training time", "Warm-up steps", "Steps", "Images seen"),
                        protocol.runs().stream()
                                .map(run -> List.<Object>of(
                                        run.run(),
                                        number("%.0f %%", 100 * run.share()),
                                        run.warmUpSteps(),
                                        run.steps(),
                                        number("%,d", run.images())))
                                .toList()),
                minutes);
    }
}
