package org.bcm4j.reproduction;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bcm4j.training.BidirectionalConsistency;
import org.bcm4j.training.Objective;

/** What is trained, and with which share of the training time. The shares sum to 1. */
public enum Run {
    /** The bidirectional consistency model. */
    BCM(0.28, true),
    /** The plain consistency model, with as much time. */
    ICT(0.28, true, "preconditioning=consistency", "network.conditioning=time", "soft_times="),
    /** EDM's denoiser, whose probability flow ODE is the baseline of inversion. */
    EDM(
            0.14,
            false,
            "objective={kind: edm-denoising}",
            "preconditioning=denoiser",
            "network.conditioning=time",
            "stable_targets=0",
            "soft_times="),
    /** The ablations' point of comparison: BCM as it is, as short as they are. */
    EQ9(0.10, false),
    /** The soft term of Eq. 8 in the place of Eq. 9's. */
    EQ8(0.10, false, "objective.soft_target=eq8"),
    /** Without the consistency training term. */
    NO_CT(0.10, false, "objective.consistency_term=false");

    private final double share;
    private final boolean warmedUp;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> settings;

    Run(double share, boolean warmedUp, String... settings) {
        this.share = share;
        this.warmedUp = warmedUp;
        this.settings = List.of(settings);
    }

    /** Its share of the training time, in (0,1). */
    public double share() {
        return share;
    }

    /**
     * Whether part of its time goes to the denoising warm-up. The ablations have none, for it teaches what the term that they lack would;
     * EDM has no use for it.
     */
    boolean warmedUp() {
        return warmedUp;
    }

    /**
     * What sets it apart from {@link #BCM}, as {@code key=value} of a training configuration.
     *
     * @param objective BCM's: the consistency terms of both are weighted alike
     */
    List<String> settings(Objective objective) {
        if (this != ICT || !(objective instanceof BidirectionalConsistency bidirectional)) {
            return settings;
        }
        String consistency =
                "objective={kind: consistency, weight_floor: " + bidirectional.consistencyWeightFloor() + "}";
        return Stream.concat(Stream.of(consistency), settings.stream()).toList();
    }

    /** Whether it is one of the short runs, which take as many steps as each other, whatever a step costs. */
    boolean isAblation() {
        return this == EQ9 || this == EQ8 || this == NO_CT;
    }

    /** The folder of the run, and its name in reports: {@code no-ct}. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
