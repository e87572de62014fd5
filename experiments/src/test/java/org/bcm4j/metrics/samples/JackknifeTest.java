package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class JackknifeTest {
    private static final int DIMENSION = 5;

    @Test
    void groupsAreOfOneSizeAndNoPattern() {
        int[] groups = groups(1000);
        for (int group = 0; group < Jackknife.GROUPS; group++) {
            int wanted = group;
            assertThat(Arrays.stream(groups).filter(found -> found == wanted)).hasSize(100);
        }
        // Samples whose class changes in turn must not end up in a group for each class.
        long ofFirstClass =
                IntStream.range(0, 100).map(i -> groups[10 * i]).distinct().count();
        assertThat(ofFirstClass).isEqualTo(Jackknife.GROUPS);
    }

    /** Of 1,000 intervals of means of 200 normal numbers, 95 % hold the true mean; 3 % are five standard errors of that share. */
    @Test
    void intervalsHoldTheTruthAsOftenAsTheySay() {
        SplittableRandom random = new SplittableRandom(7);
        int held = 0;
        for (int trial = 0; trial < 1000; trial++) {
            double[] values = IntStream.range(0, 200)
                    .mapToDouble(i -> 3 + random.nextGaussian())
                    .toArray();
            int[] groups = groups(values.length);
            double[] without = IntStream.range(0, Jackknife.GROUPS)
                    .mapToDouble(group -> IntStream.range(0, values.length)
                            .filter(i -> groups[i] != group)
                            .mapToDouble(i -> values[i])
                            .average()
                            .orElseThrow())
                    .toArray();
            Bounds bounds = Jackknife.bounds(Arrays.stream(values).average().orElseThrow(), without);
            held += bounds.low() < 3 && 3 < bounds.high() ? 1 : 0;
        }
        assertThat(held / 1000.0).isCloseTo(0.95, within(0.03));
    }

    /** Sums are taken in another order here: 1e-9 of the values. */
    @Test
    void momentsWithoutAGroupAreThoseOfTheOthers() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(11, Device.CPU)) {
            Tensor rows = generator.normal(733, DIMENSION).add(scalar(4.0));
            GroupedMoments moments = new GroupedMoments(DIMENSION, Jackknife.GROUPS);
            for (long start = 0; start < 733; start += 50) {
                moments.add(rows.narrow(0, start, Math.min(50, 733 - start)));
            }
            assertSame(moments.all(), rows);
            assertSame(moments.without(3), without(rows, 3));
            assertSame(moments.without(9), without(rows, 9));
        }
    }

    private static void assertSame(FeatureMoments moments, Tensor rows) {
        FeatureMoments expected = new FeatureMoments(DIMENSION);
        expected.add(rows);
        assertThat(moments.count()).isEqualTo(rows.size(0));
        assertThat(moments.mean()).containsExactly(expected.mean(), within(1e-9));
        assertThat(moments.covariance()).containsExactly(expected.covariance(), within(1e-9));
    }

    @Test
    void boundsOfAKernelDistanceAreThoseOfSetsWithoutEachGroup() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(13, Device.CPU)) {
            Tensor first = generator.normal(120, DIMENSION);
            Tensor second = generator.normal(90, DIMENSION).add(scalar(0.2));
            double distance = KernelDistance.between(first, second);
            double[] without = IntStream.range(0, Jackknife.GROUPS)
                    .mapToDouble(group -> KernelDistance.between(without(first, group), second))
                    .toArray();
            Bounds expected = Jackknife.bounds(distance, without);
            KernelDistance.Estimate estimate = KernelDistance.estimate(first, second);
            Bounds bounds = estimate.bounds().orElseThrow();
            assertThat(estimate.distance()).isCloseTo(distance, within(1e-9));
            assertThat(bounds.low()).isCloseTo(expected.low(), within(1e-9));
            assertThat(bounds.high()).isCloseTo(expected.high(), within(1e-9));
            assertThat(bounds.low()).isLessThan(distance);
        }
    }

    private static int[] groups(int count) {
        Jackknife.Division division = new Jackknife.Division(Jackknife.GROUPS);
        return IntStream.range(0, count).map(i -> division.next()).toArray();
    }

    private static Tensor without(Tensor rows, int group) {
        int[] groups = groups((int) rows.size(0));
        long[] others = IntStream.range(0, groups.length)
                .filter(i -> groups[i] != group)
                .asLongStream()
                .toArray();
        return rows.index_select(0, HostTensors.ofLongs(others, others.length));
    }
}
