package org.bcm4j.app.report;

import java.util.Comparator;
import java.util.Optional;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.model.ModelConfig;

/**
 * The page of a {@link Quickstart}: one file, with its style and its pictures embedded.
 *
 * @param parameters number of parameters of the network
 * @param evaluation the figures stored with the model, if there are any
 */
record QuickstartPage(
        Quickstart options,
        ModelConfig model,
        long parameters,
        Demonstration demonstration,
        Optional<EvaluationReport> evaluation) {
    /** The program that the page names as its generator, by which an earlier page is recognised. */
    static final String GENERATOR = "bcm quickstart";

    String html() {
        return Templates.filled("quickstart.jte", this);
    }

    /** The name of the model's folder. */
    String name() {
        return String.valueOf(options.model().toAbsolutePath().normalize().getFileName());
    }

    /** The abilities of this kind of model. */
    String kind() {
        return switch (model.kind()) {
            case BIDIRECTIONAL ->
                "A bidirectional consistency model turns noise into images and images into noise, in one network"
                        + " evaluation (NFE) or a few. Each picture here names the walk it came from: the noise scales that"
                        + " the model went along.";
            case CONSISTENCY ->
                "A consistency model turns noise into images in one network evaluation (NFE), and better in a few, with noise"
                        + " added in between. Each picture here names the walk it came from.";
            case DENOISER ->
                "A denoiser turns noise into images and images into noise along the solutions of an ODE, in tens of network"
                        + " evaluations (NFE).";
        };
    }

    /** The reconstruction with the smallest error; absent if the model does not invert. */
    Optional<RoundTrip> best() {
        return demonstration.roundTrips().stream()
                .min(Comparator.comparingDouble(trip -> trip.shown().meanSquaredError()));
    }

    /** Whether the table of fidelity has rows without labels for every inversion. */
    boolean showsUnlabelled() {
        return demonstration.roundTrips().stream()
                .allMatch(trip -> trip.unlabelled().isPresent());
    }

    CommandLines commands() {
        return new CommandLines(options);
    }
}
