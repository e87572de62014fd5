package org.bcm4j.app.report;

import static org.bcm4j.app.report.Numbers.ABSENT;
import static org.bcm4j.app.report.Numbers.number;

import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.metrics.noise.NoiseFigures;

/** The table of how well inverted images are reconstructed, and how close the inverted noise is to drawn noise. */
final class FidelityTable {
    private FidelityTable() {}

    static Table of(Demonstration demonstration) {
        return new Table(
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
                        .toList());
    }

    private static Stream<List<Table.Cell>> rows(RoundTrip trip) {
        return Stream.concat(
                trip.labelled().map(fidelity -> row(trip, "given", fidelity)).stream(),
                trip.unlabelled().map(fidelity -> row(trip, "none", fidelity)).stream());
    }

    private static List<Table.Cell> row(RoundTrip trip, String labels, Fidelity fidelity) {
        return cells(
                fidelity.noise(),
                Table.code(trip.inversion().toString()),
                trip.inversion().nfe(),
                labels,
                number("%.5f", fidelity.meanSquaredError()),
                number("%.2f", fidelity.peakSignalToNoise()));
    }

    private static List<Table.Cell> drawn(NoiseFigures figures) {
        return cells(figures, "drawn noise", ABSENT, ABSENT, ABSENT, ABSENT);
    }

    private static List<Table.Cell> cells(NoiseFigures figures, Object... first) {
        return Table.row(Stream.concat(
                        Stream.of(first),
                        Stream.of(
                                number("%.3f", figures.standardDeviation()),
                                number("%.3f", figures.mean()),
                                number("%.2f", figures.excessKurtosis()),
                                number("%.3f", figures.largestAutocorrelation()),
                                number("%.2f", figures.patchDetermination())))
                .toArray());
    }
}
