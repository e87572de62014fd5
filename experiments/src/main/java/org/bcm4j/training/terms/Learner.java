package org.bcm4j.training.terms;

import org.bytedeco.pytorch.Tensor;

/**
 * Weights that a term trains beside those of the model. They are updated in the steps that update the model. A step
 * whose gradients are not all finite updates neither.
 */
public interface Learner {
    /** Makes what a thread needs to collect a gradient, before it starts. Threads have numbers from 0. */
    void prepare(int thread);

    /** Sets the gradients to zero, before a step. */
    void clearGradient();

    /** Sums the gradients of this process's threads. The sum may be changed in place, before {@link #update} takes it. */
    Tensor gradient();

    /**
     * Updates the weights along the gradient.
     *
     * @param step of the stage, from 0
     * @param steps of the stage
     */
    void update(long step, long steps);

    /** Continues after this number of updates. */
    void restoreStep(long updates);
}
