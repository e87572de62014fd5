package org.bcm4j.training.terms;

import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;

/**
 * One term of the loss that a training step minimises. The loss is the sum of the terms of the step's stage. A term is
 * an immutable value read from the configuration. A {@link TermState} holds what a term keeps between steps.
 */
public sealed interface LossTerm
        permits Adversarial,
                BidirectionalConsistency,
                Consistency,
                Denoising,
                EdmDenoising,
                InversionConsistency,
                TrajectoryMatching {
    /** The term's name in the log and in checkpoints, in kebab case; unique among the terms of a stage. */
    String name();

    /** Whether the term trains models of this kind. */
    boolean trains(ModelKind model);

    /**
     * The term's cost for each image of a batch.
     *
     * @param network the network under training
     */
    StepCost cost(NetworkConfig network);

    /**
     * The loss of one part of a batch. Several threads may call this at once, each with its own inputs.
     *
     * @return its total has a gradient with respect to the live weights, unless the part has no images for the term
     */
    Loss apply(TermInputs inputs);

    /** Counts the pairs (t, u) at which the term trains f; none for terms of denoisers. */
    default void cover(TimeCoverage coverage) {
        // The terms of denoisers have no u.
    }

    /** The state that the term keeps between steps, as at the beginning of a run. The caller closes it. */
    default TermState open(TermSetting setting) {
        return TermState.NONE;
    }
}
