package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;

class FeatureMomentsTest {
    private static final int DIMENSION = 2;

    /** Far from 0, where sums of squares would lose all digits: 1e8² leaves no room for a variance of 1. */
    @Property(tries = 100)
    void batchesOfAnySizeGiveTheMomentsOfTheWhole(
            @ForAll @Size(12) List<@DoubleRange(min = -1, max = 1) Double> values,
            @ForAll @DoubleRange(min = -1e8, max = 1e8) double offset,
            @ForAll @IntRange(min = 1, max = 5) int cut) {
        double[] far = values.stream().mapToDouble(value -> offset + value).toArray();
        FeatureMoments moments = new FeatureMoments(DIMENSION);
        try (Scope scope = Scope.open()) {
            var all = HostTensors.ofDoubles(far, far.length / DIMENSION, DIMENSION);
            moments.add(all.narrow(0, 0, cut));
            moments.add(all.narrow(0, cut, all.size(0) - cut));
        }

        assertThat(moments.count()).isEqualTo(6);
        double rounding = 1e-6; // that of the inputs at 1e8
        for (int a = 0; a < DIMENSION; a++) {
            assertThat(moments.mean()[a]).isCloseTo(mean(far, a), within(rounding));
            for (int b = 0; b < DIMENSION; b++) {
                assertThat(moments.covariance()[a * DIMENSION + b]).isCloseTo(covariance(far, a, b), within(rounding));
            }
        }
    }

    @Example
    void oneVectorHasNoCovariance() {
        FeatureMoments moments = new FeatureMoments(1);
        try (Scope scope = Scope.open()) {
            moments.add(HostTensors.ofFloats(new float[] {3}, 1, 1));
        }

        assertThat(moments.mean()).containsExactly(3);
        assertThatThrownBy(moments::covariance).isInstanceOf(IllegalStateException.class);
    }

    @Example
    void refusesVectorsOfAnotherLength() {
        try (Scope scope = Scope.open()) {
            var features = HostTensors.ofFloats(new float[6], 2, 3);
            assertThatThrownBy(() -> new FeatureMoments(2).add(features)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static double mean(double[] rows, int column) {
        double count = (double) rows.length / DIMENSION;
        double sum = 0;
        for (int i = column; i < rows.length; i += DIMENSION) {
            sum += rows[i] / count;
        }
        return sum;
    }

    private static double covariance(double[] rows, int a, int b) {
        double sum = 0;
        for (int i = 0; i < rows.length; i += DIMENSION) {
            sum += (rows[i + a] - mean(rows, a)) * (rows[i + b] - mean(rows, b));
        }
        return sum / (rows.length / DIMENSION - 1);
    }
}
