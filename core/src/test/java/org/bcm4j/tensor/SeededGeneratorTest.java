package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SeededGeneratorTest {
    /** Draws of every kind, so that what one kind leaves behind for the next is part of the state too. */
    private static float[] draws(SeededGenerator generator, int count) {
        try (Scope scope = Scope.open()) {
            float[] normal = HostTensors.floats(generator.normal(count));
            float[] uniform = HostTensors.floats(generator.uniform(count));
            double[] doubles = generator.uniforms(count);
            float[] all = new float[3 * count];
            for (int i = 0; i < count; i++) {
                all[3 * i] = normal[i];
                all[3 * i + 1] = uniform[i];
                all[3 * i + 2] = (float) doubles[i];
            }
            return all;
        }
    }

    @Property(tries = 30)
    void aSeedRepeats(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int count) {
        try (SeededGenerator first = new SeededGenerator(seed, testDevice());
                SeededGenerator second = new SeededGenerator(seed, testDevice());
                SeededGenerator other = new SeededGenerator(seed + 1, testDevice())) {
            float[] drawn = draws(first, count);
            assertThat(draws(second, count)).isEqualTo(drawn);
            assertThat(draws(other, count)).isNotEqualTo(drawn);
        }
    }

    @Test
    void lawsHaveTheirMoments() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, testDevice())) {
            double[] normal = HostTensors.doubles(generator.normal(100_000));
            double[] uniform = HostTensors.doubles(generator.uniform(100_000));
            // Five standard errors of the mean: 5/√100000 = 0.016, times the law's own deviation.
            assertThat(mean(normal)).isBetween(-0.016, 0.016);
            assertThat(mean(uniform)).isBetween(0.495, 0.505);
            assertThat(Arrays.stream(uniform)).allMatch(value -> value >= 0 && value < 1);
            assertThat(Arrays.stream(generator.uniforms(1000))).allMatch(value -> value >= 0 && value < 1);
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
