package org.bcm4j.reproduction;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.training.TrainingConfig;

/**
 * A measurement with a stored result. A stage is a record of its settings. The settings and the measured models decide
 * whether an existing result is still valid.
 *
 * @param <R> the stage's result
 */
public interface Stage<R extends Record & StageResult> {
    /**
     * All stages, in order.
     *
     * @param bcm the configuration of BCM's run, whose law of times is shown; absent for the paper's
     */
    static List<Stage<?>> all(Measuring measuring, Optional<TrainingConfig> bcm) {
        int seeds = measuring.seeds();
        return List.of(
                Coverage.of(bcm),
                new TunedWalks(measuring.tuningImages(), measuring.trials()),
                new GenerationAgainstNfe(measuring.samples(), seeds),
                new InversionAgainstNfe(measuring.inverted(), seeds),
                new InitialNoise(measuring.inverted(), seeds),
                new NoiseStatistics(measuring.inverted(), seeds),
                new NoiseEmbedding(measuring.embedded()),
                new Midpoints(measuring.pairs(), seeds),
                new Edits(measuring.edited(), seeds),
                new Ablations(measuring.samples(), measuring.inverted(), seeds));
    }

    /** The stage's name on the command line and in its file name, in kebab case. */
    String name();

    /** The runs whose models the stage needs. */
    Set<Run> runs();

    /** Whether the stage uses the walks that {@link TunedWalks} found. */
    default boolean usesTunedWalks() {
        return true;
    }

    /**
     * The approximate cost, in network evaluations for one image. An evaluation of the feature network counts as one.
     * Work that takes seconds whatever the settings are does not count.
     */
    double evaluations();

    /** The class of the stage's result. */
    Class<R> resultType();

    /**
     * Measures the stage's result.
     *
     * @param provenance stored in the result
     * @throws java.util.concurrent.CancellationException if a stop was requested
     */
    R measure(Bench bench, Provenance provenance);

    /** The stage's settings as text; different settings have different texts. */
    default String settings() {
        return name() + " " + (this instanceof Record settings ? ConfigFile.toJson(settings) : "");
    }
}
