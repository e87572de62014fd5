package org.bcm4j.reproduction;

import java.util.Locale;
import java.util.Optional;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.TunedWalks.Kind;

/**
 * Decides whether the runs have learnt enough, and enough was measured, to judge claims. Figures of models that have
 * learnt nothing differ too, but mean nothing. The loss is no criterion: it rises with N, and is small where f is still
 * constant. The criterion is the quality of what the model generates.
 *
 * @param results all available results
 */
record Evidence(Results results) {
    /**
     * If a model's best samples are farther from real images than this multiple of the blurred images' distance, it
     * does not generate images yet.
     */
    private static final double LEARNT_DISTANCE = 3;

    /** The largest error on [0,1] of a useful inversion: about half of the pixels' variance. */
    private static final double LEARNT_ERROR = 0.05;

    /** With fewer samples, a Fréchet distance is mostly the error of its moments. */
    private static final long LEAST_SAMPLES = 100;

    /** The reason why nothing can be decided; absent if claims can be decided. */
    Optional<String> lack() {
        return samples().or(this::generation).or(this::inversion);
    }

    private Optional<String> samples() {
        return results.protocol()
                .map(protocol -> protocol.measuring().samples())
                .filter(samples -> samples < LEAST_SAMPLES)
                .map(samples -> "only " + samples + " samples a walk were measured, and " + LEAST_SAMPLES
                        + " are the least; allow more minutes");
    }

    private Optional<String> generation() {
        return results.generation()
                .flatMap(result -> result.points().stream()
                        .filter(point -> point.kind() != Kind.MULTISTEP)
                        .map(point -> point.distance().mean())
                        .min(Double::compare))
                .filter(best -> !(best <= LEARNT_DISTANCE))
                .map(best -> String.format(
                        Locale.ROOT,
                        "BCM's best samples are %.1f times as far from real images as blurred ones, and more than %.0f times"
                                + " is not an image yet; allow more minutes",
                        best,
                        LEARNT_DISTANCE));
    }

    private Optional<String> inversion() {
        return results.inversion()
                .map(result -> result.bcm(2).error())
                .map(ConfidenceInterval::mean)
                .filter(error -> !(error <= LEARNT_ERROR))
                .map(error -> String.format(
                        Locale.ROOT,
                        "BCM's inversion has an error of %.2g, and above %.2f no image comes back yet; allow more minutes",
                        error,
                        LEARNT_ERROR));
    }
}
