package org.bcm4j.training;

import org.bcm4j.training.BidirectionalConsistency.SoftTarget;

/**
 * What a step of training costs for each image of its batch, in evaluations of the network: to evaluate it is 1, to go back through weights
 * and inputs 2, through inputs alone 1.
 *
 * @param evaluations all of that together
 * @param passes forwards; whatever they put out is held until the step ends, whether or not the step goes back through it
 */
record StepCost(double evaluations, double passes) {
    private static final double THERE = 1;
    static final double THERE_AND_BACK = 3;
    private static final double THERE_AND_BACK_TO_INPUT = 2;

    static StepCost of(Objective objective) {
        if (objective instanceof BidirectionalConsistency bidirectional) {
            return of(bidirectional);
        }
        return objective instanceof Consistency
                ? new StepCost(THERE + THERE_AND_BACK, 2)
                : new StepCost(THERE_AND_BACK, 1);
    }

    /** The objective and what is added to it. A discriminator, being small, is not counted. */
    static StepCost of(TrainingConfig config) {
        StepCost step = of(config.objective());
        for (WalkTerm term : config.walkTerms()) {
            step = step.plus(term.share() * (term.nfe() * THERE + THERE_AND_BACK), term.share() * (term.nfe() + 1));
        }
        if (config.adversarial().isPresent()) {
            AdversarialTraining adversarial = config.adversarial().get();
            double there = adversarial.share() * adversarial.evaluationsWithoutGradient();
            step = step.plus(there * THERE + adversarial.share() * THERE_AND_BACK, there + adversarial.share());
        }
        return step;
    }

    private StepCost plus(double moreEvaluations, double morePasses) {
        return new StepCost(evaluations + moreEvaluations, passes + morePasses);
    }

    /** The target; the student for both of its destinations; the outer application, whose weights are constants. */
    private static StepCost of(BidirectionalConsistency objective) {
        double share = objective.softShare();
        double targets = objective.softTarget() == SoftTarget.EQ8 ? 1 + share : 1;
        double student = 1 + share;
        return new StepCost(
                THERE * targets + THERE_AND_BACK * student + THERE_AND_BACK_TO_INPUT * share,
                targets + student + share);
    }
}
