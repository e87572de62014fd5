package org.bcm4j.training.terms;

import org.bcm4j.model.ModelKind;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.WeightLayout;

/**
 * One term of the loss that a training step minimises; the loss is the sum of the terms of the step's stage. A term is a value, as the
 * configuration says it. What it keeps between steps is a {@link TermState}.
 */
public sealed interface LossTerm
        permits BidirectionalConsistency,
                Consistency,
                Denoising,
                EdmDenoising,
                InversionConsistency,
                TrajectoryMatching {
    /** Its name in the log and in checkpoints, in kebab case; unique among the terms of a stage. */
    String name();

    /** Whether it trains models of this kind. */
    boolean trains(ModelKind model);

    /** What it costs for each image of a batch. */
    StepCost cost();

    /**
     * The loss of one part of a batch. May be called from several threads, each with inputs of its own.
     *
     * @return its total has a gradient with respect to the live weights
     */
    Loss apply(TermInputs inputs);

    /** What the term keeps between steps, as of the beginning of a run; the caller closes it. */
    default TermState open(WeightLayout layout, Device device) {
        return TermState.NONE;
    }
}
