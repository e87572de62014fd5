package org.bcm4j.metrics.samples;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The squared maximum mean discrepancy between two sets of feature vectors under the kernel (x·y/D + 1)³. With
 * Inception features it is called KID (Bińkowski et al., 2018). It is unbiased, so it can be negative for two sets of
 * the same distribution.
 */
final class KernelDistance {
    private static final long ROWS = 1024;

    private KernelDistance() {}

    /**
     * The distance between two sets.
     *
     * @param first floating point [N,D], N at least 2
     * @param second likewise [M,D]
     * @throws IllegalArgumentException if a set has fewer than two vectors, or their lengths differ
     */
    static double between(Tensor first, Tensor second) {
        try (Scope scope = Scope.open()) {
            return Sums.of(first, second, 1, new long[(int) first.size(0)]).distance(-1);
        }
    }

    /**
     * A distance with its bounds.
     *
     * @param bounds by the {@link Jackknife} over the first set; absent if that set is too small
     */
    record Estimate(double distance, Optional<Bounds> bounds) {}

    /** Same as {@link #between}, with bounds, at the same cost. */
    static Estimate estimate(Tensor first, Tensor second) {
        int count = Math.toIntExact(first.size(0));
        if (count < Jackknife.FEWEST) {
            return new Estimate(between(first, second), Optional.empty());
        }
        Jackknife.Division division = new Jackknife.Division(Jackknife.GROUPS);
        long[] groups =
                IntStream.range(0, count).mapToLong(row -> division.next()).toArray();
        try (Scope scope = Scope.open()) {
            Sums sums = Sums.of(first, second, Jackknife.GROUPS, groups);
            double distance = sums.distance(-1);
            double[] withoutEach = IntStream.range(0, Jackknife.GROUPS)
                    .mapToDouble(sums::distance)
                    .toArray();
            return new Estimate(distance, Optional.of(Jackknife.bounds(distance, withoutEach)));
        }
    }

    /** Sums of the kernel. They give the distance without any one group of the first set. */
    private static final class Sums {
        /** The number of vectors of each group. */
        private final double[] counts;
        /** Sums over pairs of different vectors, for every two groups and for each group with itself. */
        private final double[][] within;
        /** Sums over pairs of a group's vector and a vector of the second set. */
        private final double[] across;
        /** The mean over pairs of different vectors of the second set. */
        private final double second;

        private final long secondCount;

        private Sums(double[] counts, double[][] within, double[] across, double second, long secondCount) {
            this.counts = counts;
            this.within = within;
            this.across = across;
            this.second = second;
            this.secondCount = secondCount;
        }

        static Sums of(Tensor first, Tensor second, int groups, long... groupOfRow) {
            if (first.size(0) < 2 || second.size(0) < 2 || first.size(1) != second.size(1)) {
                throw new IllegalArgumentException("two sets of at least 2 vectors of one length are needed");
            }
            Tensor group = HostTensors.ofLongs(groupOfRow, groupOfRow.length).to(first.device(), ScalarType.Long);
            Tensor y = second.to(ScalarType.Double);
            Tensor[] x = IntStream.range(0, groups)
                    .mapToObj(number -> first.index_select(
                                    0, group.eq(scalar((long) number)).nonzero().view(-1))
                            .to(ScalarType.Double))
                    .toArray(Tensor[]::new);
            double[][] within = new double[groups][groups];
            for (int i = 0; i < groups; i++) {
                within[i][i] = sum(x[i], x[i]) - withThemselves(x[i]);
                for (int j = 0; j < i; j++) {
                    within[i][j] = sum(x[i], x[j]);
                    within[j][i] = within[i][j];
                }
            }
            double count = y.size(0);
            return new Sums(
                    Arrays.stream(x).mapToDouble(rows -> rows.size(0)).toArray(),
                    within,
                    Arrays.stream(x).mapToDouble(rows -> sum(rows, y)).toArray(),
                    (sum(y, y) - withThemselves(y)) / (count * (count - 1)),
                    y.size(0));
        }

        /** The distance without one group, or with all groups if there is no such group. */
        double distance(int without) {
            double count = 0;
            double pairs = 0;
            double both = 0;
            for (int i = 0; i < counts.length; i++) {
                if (i != without) {
                    count += counts[i];
                    both += across[i];
                    for (int j = 0; j < counts.length; j++) {
                        pairs += j == without ? 0 : within[i][j];
                    }
                }
            }
            return pairs / (count * (count - 1)) + second - 2 * both / (count * secondCount);
        }
    }

    /** The sum of the kernel over the pairs of each vector with itself. */
    private static double withThemselves(Tensor x) {
        return cubed(x.square().sum(1), x.size(1)).sum().item_double();
    }

    /**
     * The sum of the kernel over all pairs. It is computed in blocks of rows, so that memory grows with one set only.
     */
    private static double sum(Tensor x, Tensor y) {
        double sum = 0;
        for (long start = 0; start < x.size(0); start += ROWS) {
            try (Scope scope = Scope.open()) {
                Tensor rows = x.narrow(0, start, Math.min(ROWS, x.size(0) - start));
                sum += cubed(rows.mm(y.t()), x.size(1)).sum().item_double();
            }
        }
        return sum;
    }

    /** (p/D + 1)³ of scalar products p. */
    private static Tensor cubed(Tensor products, long dimension) {
        return products.div(scalar((double) dimension)).add(scalar(1.0)).pow(scalar(3.0));
    }
}
