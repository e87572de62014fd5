package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class KeyedRandomTest {
    private static float[] normal(KeyedRandom random, long... shape) {
        try (Scope scope = Scope.open()) {
            return HostTensors.floats(random.normal(shape));
        }
    }

    /** Of odd and even lengths, after other draws, near and far from item 0. */
    @Property(tries = 100)
    void anItemsNumbersDoNotDependOnItsCompany(
            @ForAll long seed,
            @ForAll @LongRange(min = 0, max = 1L << 40) long first,
            @ForAll @IntRange(min = 1, max = 9) int items,
            @ForAll @IntRange(min = 1, max = 9) int length,
            @ForAll @IntRange(min = 0, max = 2) int before) {
        KeyedRandom together = KeyedRandom.from(seed, 3, first, testDevice());
        for (int i = 0; i < before; i++) {
            together.uniforms(1, 1);
        }
        float[] all = normal(together, items, length);
        for (int item = 0; item < items; item++) {
            KeyedRandom alone = KeyedRandom.of(seed, 3, new long[] {first + item}, testDevice());
            for (int i = 0; i < before; i++) {
                alone.uniforms(1, 5);
            }
            assertThat(normal(alone, 1, length))
                    .containsExactly(Arrays.copyOfRange(all, item * length, (item + 1) * length));
        }
    }

    /** 700,000 numbers in each of three rows, which are drawn one by one. */
    @Test
    void largeDrawsHaveTheSameRows() {
        int length = 700_000;
        float[] all = normal(KeyedRandom.of(8, 3, new long[] {4, 9}, testDevice()), 3, length);
        float[] second = normal(KeyedRandom.of(8, 3, new long[] {9}, testDevice()), 1, length);
        float[] firstAgain = normal(KeyedRandom.of(8, 3, new long[] {4}, testDevice()), 2, length);
        assertThat(Arrays.copyOfRange(all, 0, length)).isEqualTo(Arrays.copyOfRange(firstAgain, 0, length));
        assertThat(Arrays.copyOfRange(all, length, 2 * length)).isEqualTo(second);
        assertThat(Arrays.copyOfRange(all, 2 * length, 3 * length))
                .isEqualTo(Arrays.copyOfRange(firstAgain, length, 2 * length));
    }

    /** With bounds between two numbers, and equal to one of those drawn. */
    @Property(tries = 100)
    void atLeastComparesTheUniformNumbers(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double bound) {
        try (Scope scope = Scope.open()) {
            Tensor uniform = KeyedRandom.from(seed, 3, 0, testDevice()).uniform(3, 5, 2);
            for (double least : new double[] {bound, uniform.max().item_double()}) {
                Tensor atLeast = KeyedRandom.from(seed, 3, 0, testDevice()).atLeast(least, 3, 5, 2);
                assertThat(atLeast.scalar_type().intern()).isEqualTo(ScalarType.Bool);
                assertThat(atLeast.equal(uniform.ge(scalar(least)))).isTrue();
            }
        }
    }

    @Test
    void seedsStreamsItemsAndDrawsAreApart() {
        KeyedRandom random = KeyedRandom.from(1, 0, 0, testDevice());
        float[] once = normal(random, 1, 4);
        assertThat(normal(random, 1, 4)).isNotEqualTo(once);
        assertThat(normal(KeyedRandom.from(1, 0, 0, testDevice()), 1, 4)).isEqualTo(once);
        assertThat(normal(KeyedRandom.from(2, 0, 0, testDevice()), 1, 4)).isNotEqualTo(once);
        assertThat(normal(KeyedRandom.from(1, 1, 0, testDevice()), 1, 4)).isNotEqualTo(once);
        assertThat(normal(KeyedRandom.from(1, 0, 1, testDevice()), 1, 4)).isNotEqualTo(once);
        assertThat(normal(KeyedRandom.from(1, 0, 1L << 32, testDevice()), 1, 4)).isNotEqualTo(once);
    }

    @Test
    void rowsBeyondTheItemsContinueTheirSequences() {
        KeyedRandom two = KeyedRandom.of(1, 0, new long[] {4, 9}, testDevice());
        double[] rows = two.uniforms(5, 4);
        double[] longer = KeyedRandom.of(1, 0, new long[] {4}, testDevice()).uniforms(1, 12);
        assertThat(Arrays.copyOfRange(rows, 0, 4)).containsExactly(Arrays.copyOfRange(longer, 0, 4));
        assertThat(Arrays.copyOfRange(rows, 8, 12)).containsExactly(Arrays.copyOfRange(longer, 4, 8));
        assertThat(Arrays.copyOfRange(rows, 16, 20)).containsExactly(Arrays.copyOfRange(longer, 8, 12));
    }

    /** Pinned: an image of a seed stays what it is. 1e-6: the last bit may round otherwise on another processor. */
    @Test
    void theNumbersAreFixedForEver() {
        float[] normal = normal(KeyedRandom.from(42, 0, 7, testDevice()), 1, 4);
        double[] uniform = KeyedRandom.from(42, 0, 7, testDevice()).uniforms(1, 2);
        // Box and Muller's transform of the first two words.
        double expected = Math.sqrt(-2 * Math.log(uniform[0] + 0x1p-33)) * Math.cos(2 * Math.PI * uniform[1]);
        assertThat((double) normal[0]).isCloseTo(expected, within(1e-6));
        assertThat(uniform).containsExactly(1743679276 * 0x1p-32, 3847491788L * 0x1p-32);
    }

    @Test
    void lawsHaveTheirMoments() {
        try (Scope scope = Scope.open()) {
            KeyedRandom random = KeyedRandom.from(3, 0, 0, testDevice());
            Tensor normal = random.normal(1000, 100);
            double[] uniform = HostTensors.doubles(random.uniform(1000, 100));
            // Five standard errors: of the mean 1/√100000 = 0.0032, of the variance √2 and of the kurtosis √24 times
            // that.
            assertThat(normal.mean().item_double()).isCloseTo(0, within(0.016));
            assertThat(normal.square().mean().item_double()).isCloseTo(1, within(0.023));
            assertThat(normal.square().square().mean().item_double()).isCloseTo(3, within(0.16));
            assertThat(Arrays.stream(uniform).average().orElseThrow()).isCloseTo(0.5, within(0.005));
            assertThat(Arrays.stream(uniform)).allMatch(value -> value >= 0 && value < 1);
            assertThat(Arrays.stream(random.uniforms(10, 100))).allMatch(value -> value >= 0 && value < 1);
            // Neighbouring items: the mean of 99,900 products of independent numbers.
            Tensor next = normal.narrow(0, 1, 999);
            assertThat(normal.narrow(0, 0, 999).mul(next).mean().item_double()).isCloseTo(0, within(0.016));
        }
    }

    @Test
    void refusesWhatHasNoKey() {
        assertThatThrownBy(() -> KeyedRandom.of(1, 0, new long[0], testDevice()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("random numbers need at least one item");
        assertThatThrownBy(() -> KeyedRandom.from(1, 1 << 16, 0, testDevice()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stream 65536 is not in [0, 65536)");
    }
}
