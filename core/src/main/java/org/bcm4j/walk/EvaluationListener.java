package org.bcm4j.walk;

/** Hears of each evaluation of the network. It may throw to stop the work: everything that the work made is then freed. */
@FunctionalInterface
public interface EvaluationListener {
    /** Hears nothing. */
    EvaluationListener NONE = images -> {};

    /**
     * Called before each evaluation, by the thread that evaluates.
     *
     * @param images how many images are about to be evaluated
     */
    void evaluating(long images);
}
