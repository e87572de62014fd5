package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.metrics.noise.NoiseFigures;

/** The table of how well inverted images are reconstructed, and how close the inverted noise is to drawn noise. */
final class FidelityTable {
    private static final String ABSENT = "–";

    private FidelityTable() {}

    static Html of(Demonstration demonstration) {
        return Html.of(
                """
                <p>Over all %s real images; the error is per pixel value on [0,1]. The noise of an ideal inversion has the
                figures of drawn noise: deviation 1, and otherwise about 0. R² is the share of it that the 5 × 5 patch of
                the image around each pixel tells.</p>
                %s\
                """,
                demonstration.examples(),
                Html.table(
                        List.of(
                                "Inversion",
                                "NFE",
                                "Labels",
                                "Mean squared error",
                                "PSNR, dB",
                                "Noise deviation",
                                "Mean",
                                "Excess kurtosis",
                                "Largest autocorrelation",
                                "R²"),
                        Stream.concat(
                                        demonstration.roundTrips().stream().flatMap(FidelityTable::rows),
                                        Stream.of(drawn(demonstration.drawnFigures())))
                                .toList()));
    }

    private static Stream<List<Object>> rows(RoundTrip trip) {
        return Stream.concat(
                trip.labelled().map(fidelity -> row(trip, "given", fidelity)).stream(),
                trip.unlabelled().map(fidelity -> row(trip, "none", fidelity)).stream());
    }

    private static List<Object> row(RoundTrip trip, String labels, Fidelity fidelity) {
        return cells(
                fidelity.noise(),
                Html.code(trip.inversion().toString()),
                trip.inversion().nfe(),
                labels,
                number("%.5f", fidelity.meanSquaredError()),
                number("%.2f", fidelity.peakSignalToNoise()));
    }

    private static List<Object> drawn(NoiseFigures figures) {
        return cells(figures, "drawn noise", ABSENT, ABSENT, ABSENT, ABSENT);
    }

    private static List<Object> cells(NoiseFigures figures, Object... first) {
        return Stream.concat(
                        Stream.of(first),
                        Stream.of(
                                number("%.3f", figures.standardDeviation()),
                                number("%.3f", figures.mean()),
                                number("%.2f", figures.excessKurtosis()),
                                number("%.3f", figures.largestAutocorrelation()),
                                number("%.2f", figures.patchDetermination())))
                .toList();
    }
}
