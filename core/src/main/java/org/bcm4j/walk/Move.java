package org.bcm4j.walk;

import java.util.Objects;

/**
 * One step of a {@link Walk}. Noise scales are standard deviations in [0, 80]. 0 stands for σ_min = 0.002. Every scale
 * up to 0.002 means the same and is stored as 0.
 */
public sealed interface Move {
    /** The noise scale at which the move begins, 0 or in (0.002, 80]. */
    double from();

    /** The noise scale at which the move ends, 0 or in (0.002, 80]. */
    double to();

    /**
     * Follows the trajectory from one noise scale to another, in one network evaluation: towards the image when
     * {@code to < from}, towards the noise (inversion) when {@code to > from}. Written {@code > to}.
     */
    record Traverse(double from, double to) implements Move {
        /** @throws IllegalArgumentException if a scale lies outside [0, 80], or both scales are equal */
        public Traverse {
            from = NoiseScale.canonical(from);
            to = NoiseScale.canonical(to);
            if (from == to) {
                throw new IllegalArgumentException("the walk is at noise scale " + NoiseScale.text(to)
                        + " already; leave this move out, or go to another scale");
            }
        }

        @Override
        public String toString() {
            return "> " + NoiseScale.text(to);
        }
    }

    /**
     * Leaves the trajectory: adds {@code scale·z} to a point at time 0, which makes it a point at time {@code scale}.
     * Takes no network evaluation. Written {@code +scale} for {@link Source#FRESH} and {@code +scale z}, without the
     * space, for {@link Source#START}.
     */
    record AddNoise(double scale, Source source) implements Move {
        /** @throws IllegalArgumentException if the scale lies outside (0.002, 80] */
        public AddNoise {
            Objects.requireNonNull(source, "source");
            if (NoiseScale.canonical(scale) == 0) {
                throw new IllegalArgumentException("noise of scale " + NoiseScale.text(scale)
                        + " is too small: time 0 already means " + NoiseScale.text(NoiseScale.SMALLEST)
                        + "; add more");
            }
        }

        @Override
        public double from() {
            return 0;
        }

        @Override
        public double to() {
            return scale;
        }

        @Override
        public String toString() {
            return "+" + NoiseScale.text(scale) + (source == Source.START ? "z" : "");
        }
    }

    /** Where the standard normal {@code z} of an {@link AddNoise} comes from. */
    enum Source {
        /** Drawn anew for each move: zigzag sampling. */
        FRESH,

        /** The noise at the start of the walk, used again: the fixed-noise comparison of the paper's Fig. 2. */
        START
    }
}
