package org.bcm4j.reproduction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.reproduction.TunedWalks.Kind;

/** Results of runs that never were, of which only some figures matter. */
final class InventedFigures {
    static final Provenance PROVENANCE = new Provenance("stage", "print", "bcm", Map.of(), "data", "cpu", "fp32");

    /** How far the figures of three seeds are apart; their difference from others that are as far apart is sure. */
    private static final double BETWEEN_SEEDS = 0.1;

    private InventedFigures() {}

    static ConfidenceInterval around(double mean) {
        return ConfidenceInterval.of(mean - BETWEEN_SEEDS, mean, mean + BETWEEN_SEEDS);
    }

    static GenerationAgainstNfe.Point sampled(Kind kind, int nfe, double distance) {
        return new GenerationAgainstNfe.Point(kind, kind + " " + nfe, nfe, around(distance));
    }

    static InversionAgainstNfe.Point inverted(String method, int nfe, double error) {
        return new InversionAgainstNfe.Point(method, method + " " + nfe, nfe, 1, around(error));
    }

    static Edits.Repair repaired(Run run, int nfe, double distance) {
        return new Edits.Repair("hole", run, run + " " + nfe, nfe, around(1), 1, around(distance), 9);
    }

    static NoiseStatistics.Row noises(NoiseStatistics.Source source, int nfe, double figure) {
        return noises(source, nfe, figure, 0, 1);
    }

    /** Of two seeds, whose figures that count are all the same. */
    static NoiseStatistics.Row noises(
            NoiseStatistics.Source source, int nfe, double figure, double mean, double deviation) {
        NoiseFigures figures = new NoiseFigures(
                10,
                mean,
                deviation,
                0,
                0,
                figure,
                List.of(new NoiseFigures.Autocorrelation(0, 1, -figure)),
                new HighestFrequency(1, 1, 1),
                List.of(0.0, 0.0, 0.0, 0.0),
                figure,
                0);
        NoiseQuality quality = new NoiseQuality(figures, Optional.empty());
        return new NoiseStatistics.Row(source, "path", nfe, List.of(quality, quality));
    }
}
