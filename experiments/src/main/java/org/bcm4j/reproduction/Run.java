package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingStage;
import org.bcm4j.training.terms.BidirectionalConsistency;
import org.bcm4j.training.terms.BidirectionalConsistency.SoftTarget;
import org.bcm4j.training.terms.Consistency;
import org.bcm4j.training.terms.EdmDenoising;
import org.bcm4j.training.terms.EdmLoss;
import org.bcm4j.training.terms.InversionConsistency;
import org.bcm4j.training.terms.LossTerm;

/** The trained models, each with its share of the training time. The shares sum to 1. */
public enum Run {
    /** The bidirectional consistency model, with all terms of the experiment. */
    BCM(0.26, true),
    /** The plain consistency model, with the same time. */
    ICT(0.26, true),
    /** EDM's denoiser, whose probability flow ODE is the baseline of inversion. */
    EDM(0.12, false),
    /** The baseline of the ablations: the paper's objective, Eq. 10, with the time of an ablation. */
    EQ9(0.09, false),
    /** The soft term of Eq. 8 in place of Eq. 9's. */
    EQ8(0.09, false),
    /** The objective without the consistency term. */
    NO_CT(0.09, false),
    /**
     * The paper's objective with inversion consistency, which anchors inversions at the noise end (docs/method.md §4b).
     */
    INVERSION(0.09, false);

    private final double share;
    private final boolean warmedUp;

    Run(double share, boolean warmedUp) {
        this.share = share;
        this.warmedUp = warmedUp;
    }

    /** The run's share of the training time, in (0,1). */
    public double share() {
        return share;
    }

    /**
     * Whether part of the run's time goes to the denoising warm-up. The ablations have no warm-up, because it would
     * teach what the missing term teaches. EDM does not need one.
     */
    boolean warmedUp() {
        return warmedUp;
    }

    /**
     * The run's differences from the experiment's training, as {@code key=value} of a training configuration.
     *
     * @param training the training configuration of BCM: a warm-up, and a stage with its objective
     * @param warmUpSteps the steps of the first stage, which is left out if this is 0
     * @param steps the steps of the second stage
     */
    List<String> settings(TrainingConfig training, long warmUpSteps, long steps) {
        List<TrainingStage> stages = new ArrayList<>();
        if (warmUpSteps > 0) {
            stages.add(training.stages().get(0).withSteps(warmUpSteps));
        }
        TrainingStage objective = ReproductionConfig.objective(training);
        stages.add(objective.withSteps(steps).withTerms(terms(objective)));
        String all = String.join(", ", stages.stream().map(ConfigFile::toJson).toList());
        Stream<String> kind = switch (this) {
            case ICT -> Stream.of("model=consistency", "network.conditioning=time");
            case EDM -> Stream.of("model=denoiser", "network.conditioning=time", "stable_targets=0");
            default -> Stream.of();
        };
        return Stream.concat(Stream.of("stages=[" + all + "]"), kind).toList();
    }

    private List<LossTerm> terms(TrainingStage objective) {
        BidirectionalConsistency bcm = ReproductionConfig.bidirectional(objective);
        return switch (this) {
            case BCM -> objective.terms();
            case ICT -> List.of(new Consistency(bcm.consistencyWeightFloor(), bcm.times()));
            case EDM -> List.of(new EdmDenoising(EdmLoss.EDM));
            case EQ9 -> List.of(bcm);
            case EQ8 -> List.of(ablated(bcm, SoftTarget.EQ8, true));
            case NO_CT -> List.of(ablated(bcm, SoftTarget.EQ9, false));
            case INVERSION -> List.of(bcm, InversionConsistency.usual());
        };
    }

    private static BidirectionalConsistency ablated(
            BidirectionalConsistency bcm, SoftTarget softTarget, boolean consistencyTerm) {
        return new BidirectionalConsistency(
                softTarget,
                consistencyTerm,
                bcm.consistencyWeightFloor(),
                bcm.softWeightFloor(),
                bcm.softShare(),
                bcm.times(),
                bcm.softTimes());
    }

    /** Whether this is one of the short runs. They all take the same number of steps, whatever a step costs. */
    boolean isAblation() {
        return this == EQ9 || this == EQ8 || this == NO_CT || this == INVERSION;
    }

    /** The folder of the run, and its name in reports, such as {@code no-ct}. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
