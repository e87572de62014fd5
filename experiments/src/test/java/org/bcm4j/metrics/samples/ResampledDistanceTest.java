package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;

class ResampledDistanceTest {
    private static final int DIMENSION = 3;

    private static double[] normal(long seed, int count) {
        Random random = new Random(seed);
        double[] values = new double[count];
        Arrays.setAll(values, i -> random.nextGaussian());
        return values;
    }

    private static float[] floats(double[] values, double shift) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) (values[i] + shift);
        }
        return floats;
    }

    private static FeatureMoments moments(float[] features) {
        try (Scope scope = Scope.open()) {
            FeatureMoments moments = new FeatureMoments(DIMENSION);
            moments.add(HostTensors.ofFloats(features, features.length / DIMENSION, DIMENSION));
            return moments;
        }
    }

    /**
     * What the bounds tell is how much the distances of other samples vary: of sixty sets drawn from the law itself the deviation is known
     * to 10 %, and that of 200 resamples to 5 %.
     */
    @Test
    void aDistanceVariesAsThatOfOtherSamplesDoes() {
        int count = 400;
        FeatureMoments reference = moments(floats(normal(100, DIMENSION * 5000), 0));
        double[] distances = new double[60];
        for (int set = 0; set < distances.length; set++) {
            distances[set] = FrechetDistance.between(moments(floats(normal(set, DIMENSION * count), 0.5)), reference);
        }
        double mean = Arrays.stream(distances).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(distances).map(d -> (d - mean) * (d - mean)).sum() / (distances.length - 1));

        float[] samples = floats(normal(0, DIMENSION * count), 0.5);
        Bounds bounds = ResampledDistance.bounds(new Bootstrap(7), samples, reference, distances[0]);

        assertThat((bounds.high() - bounds.low()) / (2 * 1.96)).isCloseTo(deviation, Percentage.withPercentage(35));
        assertThat((bounds.high() + bounds.low()) / 2).isCloseTo(distances[0], within(1e-9));
    }

    @Test
    void noDistanceIsNegative() {
        float[] samples = floats(normal(5, DIMENSION * 50), 0);
        FeatureMoments same = moments(samples);
        Bounds bounds = ResampledDistance.bounds(new Bootstrap(1), samples, same, FrechetDistance.between(same, same));
        assertThat(bounds.low()).isZero();
    }
}
