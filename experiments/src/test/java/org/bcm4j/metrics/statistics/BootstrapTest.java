package org.bcm4j.metrics.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static double[] normal(long seed, int count) {
        Random random = new Random(seed);
        double[] values = new double[count];
        Arrays.setAll(values, i -> random.nextGaussian());
        return values;
    }

    /** For many values, the mean is normal: 1.96 of its standard errors to both sides; 1,000 sets give quantiles to some 5 %. */
    @Test
    void aMeanLiesWithinItsStandardErrors() {
        double[] values = normal(1, 2000);
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / values.length);
        Bounds bounds = new Bootstrap(3).mean(values);

        double half = 1.96 * deviation / Math.sqrt(values.length);
        assertThat(bounds.low()).isCloseTo(mean - half, within(0.15 * half));
        assertThat(bounds.high()).isCloseTo(mean + half, within(0.15 * half));
    }

    @Test
    void theSeedDecides() {
        double[] values = normal(1, 100);
        assertThat(new Bootstrap(3).mean(values))
                .isEqualTo(new Bootstrap(3).mean(values))
                .isNotEqualTo(new Bootstrap(4).mean(values));
    }

    @Test
    void whatDoesNotVaryIsCertain() {
        assertThat(new Bootstrap(0).mean(0.25, 0.25, 0.25)).isEqualTo(new Bounds(0.25, 0.25));
    }

    /** Of a mean the standard error is known: the values' deviation by the root of their count. 200 sets give it to 5 %. */
    @Test
    void aFigureLiesWithinItsStandardErrors() {
        double[] values = normal(2, 500);
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / values.length);

        Bounds bounds = new Bootstrap(5).around(mean, values.length, times -> {
            assertThat(Arrays.stream(times).sum()).isEqualTo(values.length);
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += times[i] * values[i];
            }
            return sum / values.length;
        });

        double half = 1.96 * deviation / Math.sqrt(values.length);
        assertThat(bounds.high() - mean).isCloseTo(half, within(0.2 * half));
        assertThat(mean - bounds.low()).isCloseTo(bounds.high() - mean, within(1e-9));
    }
}
