package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.List;

/** How the number N of grid points grows during training (docs/method.md §4). */
public sealed interface Curriculum {
    /** N at step k of K, k in [0, K). */
    int points(long k, long steps);

    /** iCT's: N(k) = min(s0·2^⌊k/K'⌋, s1) + 1 with K' = ⌊K/(log2⌊s1/s0⌋ + 1)⌋. */
    record Doubling(int s0, int s1) implements Curriculum {
        public Doubling {
            require(s0 >= 1, "s0", "must be positive, is " + s0);
            require(s1 >= s0, "s1", "must be at least s0, " + s0 + ", is " + s1);
        }

        @Override
        public int points(long k, long steps) {
            long stage = Math.max(1, (long) (steps / (log2(s1 / s0) + 1)));
            long doubled = Math.min(k / stage, Integer.SIZE - 1);
            return (int) Math.min((long) s0 << doubled, s1) + 1;
        }

        /** Exact for powers of two. */
        private static double log2(int number) {
            int whole = Integer.numberOfTrailingZeros(Integer.highestOneBit(number));
            return whole + Math.log(number / (double) (1 << whole)) / Math.log(2);
        }
    }

    /** Fixed numbers of intervals for fixed numbers of steps. The last stage lasts until the end. */
    record Staged(List<Stage> stages) implements Curriculum {
        /** N − 1 = {@code intervals} for {@code steps} steps. */
        public record Stage(int intervals, long steps) {
            public Stage {
                require(intervals >= 1, "intervals", "must be positive, is " + intervals);
                require(steps >= 1, "steps", "must be positive, is " + steps);
            }
        }

        public Staged {
            stages = List.copyOf(stages);
            require(!stages.isEmpty(), "stages", "must not be empty");
        }

        @Override
        public int points(long k, long steps) {
            long end = 0;
            for (Stage stage : stages) {
                end += stage.steps();
                if (k < end) {
                    return stage.intervals() + 1;
                }
            }
            return stages.get(stages.size() - 1).intervals() + 1;
        }
    }
}
