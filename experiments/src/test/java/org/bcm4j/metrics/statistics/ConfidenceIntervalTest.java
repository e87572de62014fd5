package org.bcm4j.metrics.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfidenceIntervalTest {
    /** Mean 3, sample standard deviation √2.5, t(4) = 2.776: half a width of 2.776·√(2.5/5) = 1.963. */
    @Test
    void isThatOfStudent() {
        ConfidenceInterval interval = ConfidenceInterval.of(1, 2, 3, 4, 5);
        assertThat(interval.mean()).isEqualTo(3);
        assertThat(interval.low()).isCloseTo(1.037, within(5e-4));
        assertThat(interval.high()).isCloseTo(4.963, within(5e-4));
    }

    @Test
    void differencesAreTakenSeedBySeed() {
        ConfidenceInterval images = ConfidenceInterval.of(10, 20, 30);
        ConfidenceInterval better = ConfidenceInterval.of(9, 19.5, 28.5);
        assertThat(images.minus(better, 1)).isEqualTo(ConfidenceInterval.of(1, 0.5, 1.5));
        assertThat(images.minus(better, 2).figures()).containsExactly(-8.0, -19.0, -27.0);
        ConfidenceInterval others = ConfidenceInterval.of(1, 2);
        assertThatThrownBy(() -> images.minus(others, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Of 2,000 intervals 100 miss the mean, give or take 10: four standard errors are 40. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 10, 30})
    void coversTheMeanNineteenTimesOfTwenty(int count) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(count, Device.CPU)) {
            double[] draws = HostTensors.doubles(generator.normal(2000L * count).to(ScalarType.Double));
            long missed = IntStream.range(0, 2000)
                    .mapToObj(i -> ConfidenceInterval.of(Arrays.copyOfRange(draws, i * count, (i + 1) * count)))
                    .filter(interval -> interval.low() > 0 || interval.high() < 0)
                    .count();
            assertThat(missed).isBetween(60L, 140L);
        }
    }

    @Test
    void oneFigureHasNoInterval() {
        assertThatThrownBy(() -> ConfidenceInterval.of(1)).isInstanceOf(IllegalArgumentException.class);
    }
}
