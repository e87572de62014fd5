package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.util.List;
import java.util.stream.Stream;

/** The table of how well inverted images come back. */
final class FidelityTable {
    private FidelityTable() {}

    static Html of(Demonstration demonstration) {
        return Html.of(
                """
                <p>Over all %s real images; the error is per pixel value on [0,1], and ideal noise has a standard
                deviation of 1:</p>
                %s\
                """,
                demonstration.examples(),
                Html.table(
                        List.of("Inversion", "NFE", "Labels", "Mean squared error", "PSNR, dB", "Noise deviation"),
                        demonstration.roundTrips().stream()
                                .flatMap(FidelityTable::rows)
                                .toList()));
    }

    private static Stream<List<Object>> rows(RoundTrip trip) {
        return Stream.concat(
                trip.labelled().map(fidelity -> row(trip, "given", fidelity)).stream(),
                Stream.of(row(trip, "none", trip.unlabelled())));
    }

    private static List<Object> row(RoundTrip trip, String labels, Fidelity fidelity) {
        return List.of(
                Html.code(trip.inversion().toString()),
                trip.inversion().nfe(),
                labels,
                number("%.5f", fidelity.meanSquaredError()),
                number("%.2f", fidelity.peakSignalToNoise()),
                number("%.3f", fidelity.noiseDeviation()));
    }
}
