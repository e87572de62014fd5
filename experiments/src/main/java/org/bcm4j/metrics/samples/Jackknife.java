package org.bcm4j.metrics.samples;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.metrics.statistics.ConfidenceInterval;

/**
 * The uncertainty of figures that are too expensive for hundreds of resamples. The samples are divided into ten groups
 * at random, and the figure is computed without each of them (the delete-a-group jackknife: Kott 2001).
 */
final class Jackknife {
    static final int GROUPS = 10;

    /** With fewer samples, the spread cannot be estimated. */
    static final long FEWEST = 10 * GROUPS;

    private Jackknife() {}

    /**
     * Bounds of a figure.
     *
     * @param figure the figure of all samples
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

    /**
     * Assigns samples to groups one by one. Each block of consecutive samples, one for each group, gets the groups in
     * random order, so the groups differ in size by at most one.
     */
    static final class Division {
        private final SplittableRandom random = new SplittableRandom(0);
        private final int[] order;
        private int next;

        Division(int groups) {
            order = IntStream.range(0, groups).toArray();
        }

        int next() {
            // One step of the Fisher-Yates shuffle.
            int other = next + random.nextInt(order.length - next);
            int group = order[other];
            order[other] = order[next];
            order[next] = group;
            next = (next + 1) % order.length;
            return group;
        }
    }
}
