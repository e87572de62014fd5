package org.bcm4j.metrics;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How sure figures are that are too dear for hundreds of resamples: the samples are divided into ten groups at random, and the figure is
 * computed without each of them (the delete-a-group jackknife: Kott 2001).
 */
final class Jackknife {
    static final int GROUPS = 10;

    /** Fewer samples tell nothing of their spread. */
    static final long FEWEST = 10 * GROUPS;

    private Jackknife() {}

    /**
     * Bounds of a figure.
     *
     * @param figure of all samples
     * @param withoutEach the figure without each of the groups
     */
    static Bounds bounds(double figure, double... withoutEach) {
        int groups = withoutEach.length;
        double[] pseudovalues = new double[groups];
        for (int i = 0; i < groups; i++) {
            pseudovalues[i] = groups * figure - (groups - 1) * withoutEach[i];
        }
        ConfidenceInterval interval = ConfidenceInterval.of(pseudovalues);
        double half = (interval.high() - interval.low()) / 2;
        return new Bounds(figure - half, figure + half);
    }

    /** Tells one sample after the other its group: of as many as there are groups each has another, so that groups are of one size. */
    static final class Division {
        private final SplittableRandom random = new SplittableRandom(0);
        private final int[] order;
        private int next;

        Division(int groups) {
            order = IntStream.range(0, groups).toArray();
        }

        int next() {
            // Fisher and Yates's shuffle, one step at a time.
            int other = next + random.nextInt(order.length - next);
            int group = order[other];
            order[other] = order[next];
            order[next] = group;
            next = (next + 1) % order.length;
            return group;
        }
    }
}
