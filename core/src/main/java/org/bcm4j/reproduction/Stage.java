package org.bcm4j.reproduction;

import java.util.Set;
import org.bcm4j.config.ConfigFile;

/**
 * A measurement whose result is kept. A stage is a record of its settings: they and the models that it looks at decide whether a result
 * that stands is still good.
 *
 * @param <R> its result
 */
public interface Stage<R extends Record & StageResult> {
    /** Its name on the command line and that of its file, in kebab case. */
    String name();

    /** The runs whose models it looks at. */
    Set<Run> runs();

    /** Whether it goes along the walks that {@link TunedWalks} found. */
    boolean usesTunedWalks();

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
