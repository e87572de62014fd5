package org.bcm4j.training.terms;

import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.KeyedRandom;

/** The streams of random numbers that a run draws from its seed. Each purpose has its own, so that all are independent. */
public enum RunStream {
    /** Which labels are dropped. */
    DROPPED_LABELS(1),
    /** The reference images of {@link StableTargets}. */
    REFERENCES(2),
    /** Which images are mirrored. */
    FLIPS(3),
    /** How the time grids of steps are shifted. */
    GRIDS(4);

    private static final int FIRST_TERM = 16;

    private final int number;

    RunStream(int number) {
        this.number = number;
    }

    /** This stream's random numbers for the given items of a run. */
    public KeyedRandom of(long seed, long[] items, Device device) {
        return KeyedRandom.of(seed, number, items, device);
    }

    /**
     * The random numbers of a loss term for the given examples of a run.
     *
     * @param term the term's index, from 0, in the list of its stage
     */
    public static KeyedRandom ofTerm(int term, long seed, long[] examples, Device device) {
        return KeyedRandom.of(seed, FIRST_TERM + term, examples, device);
    }
}
