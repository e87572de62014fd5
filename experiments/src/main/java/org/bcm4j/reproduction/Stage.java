package org.bcm4j.reproduction;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.reproduction.ReproductionConfig.Measuring;
import org.bcm4j.training.TrainingConfig;

/**
 * A measurement whose result is kept. A stage is a record of its settings: they and the models that it looks at decide whether a result
 * that stands is still good.
 *
 * @param <R> its result
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

    /** Its name on the command line and that of its file, in kebab case. */
    String name();

    /** The runs whose models it looks at. */
    Set<Run> runs();

    /** Whether it goes along the walks that {@link TunedWalks} found. */
    default boolean usesTunedWalks() {
        return true;
    }

    /**
     * About what it costs, in evaluations of a network for one image. A look of the feature network counts as one; what takes seconds
     * whatever the settings are does not count.
     */
    double evaluations();

    /** The class of its result. */
    Class<R> resultType();

    /**
     * Measures.
     *
     * @param provenance goes into the result
     * @throws java.util.concurrent.CancellationException if it was asked to stop
     */
    R measure(Bench bench, Provenance provenance);

    /** Its settings, as a text that is another for other settings. */
    default String settings() {
        return name() + " " + (this instanceof Record settings ? ConfigFile.toJson(settings) : "");
    }
}
