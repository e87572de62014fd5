package org.bcm4j.app.report;

import static org.bcm4j.app.report.QuickstartPage.number;

import java.util.stream.Stream;

/** The table of how well inverted images come back. */
final class FidelityTable {
    private FidelityTable() {}

    static Html of(Demonstration demonstration) {
        return Html.of(
                """
                <p>Over all %s real images; the error is per pixel value on [0,1], and ideal noise has a standard
                deviation of 1:</p>
                <div class="table">
                <table>
                <thead><tr><th scope="col">Inversion</th><th scope="col">NFE</th><th scope="col">Labels</th>\
                <th scope="col">Mean squared error</th><th scope="col">PSNR, dB</th>\
                <th scope="col">Noise deviation</th></tr></thead>
                <tbody>
                %s
                </tbody>
                </table>
                </div>\
                """,
                demonstration.examples(),
                Html.each(
                        demonstration.roundTrips().stream()
                                .flatMap(FidelityTable::rows)
                                .toList(),
                        row -> row));
    }

    private static Stream<Html> rows(RoundTrip trip) {
        return Stream.concat(
                trip.labelled().map(fidelity -> row(trip, "given", fidelity)).stream(),
                Stream.of(row(trip, "none", trip.unlabelled())));
    }

    private static Html row(RoundTrip trip, String labels, Fidelity fidelity) {
        return Html.of(
                """
                <tr><th scope="row"><code>%s</code></th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\
                """,
                trip.inversion(),
                trip.inversion().nfe(),
                labels,
                number("%.5f", fidelity.meanSquaredError()),
                number("%.2f", fidelity.peakSignalToNoise()),
                number("%.3f", fidelity.noiseDeviation()));
    }
}
