package org.bcm4j.training.terms;

/**
 * What a step of training costs for each image of its batch, in evaluations of the network: to evaluate it is 1, to go back through weights
 * and inputs 2, through inputs alone 1.
 *
 * @param evaluations all of that together
 * @param passes forwards; whatever they put out is held until the term's backward pass ends, whether or not it goes back through it
 */
public record StepCost(double evaluations, double passes) {
    static final double THERE = 1;
    /** An evaluation and its backward pass. */
    public static final double THERE_AND_BACK = 3;

    static final double THERE_AND_BACK_TO_INPUT = 2;

    /** The cost of one term and then another: their evaluations add up, and what the first held is free before the second begins. */
    public StepCost then(StepCost next) {
        return new StepCost(evaluations + next.evaluations, Math.max(passes, next.passes));
    }
}
