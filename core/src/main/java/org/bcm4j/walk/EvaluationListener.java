package org.bcm4j.walk;

/**
 * Called before each network evaluation. It can throw to stop the work; everything that the work allocated is then
 * freed.
 */
@FunctionalInterface
public interface EvaluationListener {
    /** Does nothing. */
    EvaluationListener NONE = images -> {};

    /**
     * Called before each evaluation, by the thread that evaluates.
     *
     * @param images the number of images in the evaluation
     */
    void evaluating(long images);
}
