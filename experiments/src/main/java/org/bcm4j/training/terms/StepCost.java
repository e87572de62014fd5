package org.bcm4j.training.terms;

/**
 * The cost of a training step for each image of its batch, in network evaluations. An evaluation costs 1. A backward
 * pass costs 2 through weights and inputs, and 1 through inputs alone. What a term computes with a network of its own
 * counts as evaluations of as many multiply-adds, and as passes of as many activations.
 *
 * @param evaluations the sum of all these costs
 * @param passes the number of forward passes. The term holds their outputs until its backward pass ends, whether or not
 *     the backward pass uses them
 * @param weights the number of weights that the term trains beside the network's
 */
public record StepCost(double evaluations, double passes, long weights) {
    static final double THERE = 1;
    /** An evaluation and its backward pass. */
    public static final double THERE_AND_BACK = 3;

    static final double THERE_AND_BACK_TO_INPUT = 2;

    /** The cost of a term that trains the network alone. */
    public StepCost(double evaluations, double passes) {
        this(evaluations, passes, 0);
    }

    /**
     * The cost of this term followed by another. Their evaluations and weights add up. The memory of the first is free
     * before the second begins.
     */
    public StepCost then(StepCost next) {
        return new StepCost(evaluations + next.evaluations, Math.max(passes, next.passes), weights + next.weights);
    }
}
