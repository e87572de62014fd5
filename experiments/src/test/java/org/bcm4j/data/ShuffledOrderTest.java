package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class ShuffledOrderTest {
    @Property(tries = 200)
    void everyEpochIsAPermutation(@ForAll @IntRange(min = 1, max = 300) int size, @ForAll long seed) {
        ShuffledOrder order = new ShuffledOrder(size, seed);
        for (long epoch = 0; epoch < 3; epoch++) {
            assertThat(order.indices(epoch * size, size))
                    .containsExactlyInAnyOrder(LongStream.range(0, size).toArray());
        }
    }

    /** Wherever one begins, back and forth between epochs. */
    @Property(tries = 200)
    void theNumberOfAnExampleDecides(
            @ForAll @IntRange(min = 1, max = 50) int size,
            @ForAll long seed,
            @ForAll @Size(10) List<@LongRange(min = 0, max = 1000) Long> examples) {
        long[] all = new ShuffledOrder(size, seed).indices(0, 1001);
        ShuffledOrder order = new ShuffledOrder(size, seed);
        for (long example : examples) {
            assertThat(order.index(example)).isEqualTo(all[(int) example]);
        }
    }

    /** Pins the algorithm: checkpoints of released versions must continue on every Java version. */
    @Example
    void theOrderIsFixedForEver() {
        assertThat(new ShuffledOrder(10, 0).indices(0, 20))
                .containsExactly(5, 2, 7, 8, 1, 9, 0, 3, 4, 6, 5, 8, 1, 6, 7, 0, 9, 2, 3, 4);
    }

    /**
     * Each index is equally likely at each place: 20,000 shuffles of 5 give counts within five standard deviations (57)
     * of 4,000.
     */
    @Example
    void shufflesAreUniform() {
        int[][] counts = new int[5][5];
        ShuffledOrder order = new ShuffledOrder(5, 42);
        for (int epoch = 0; epoch < 20_000; epoch++) {
            long[] permutation = order.indices(5L * epoch, 5);
            for (int place = 0; place < 5; place++) {
                counts[place][(int) permutation[place]]++;
            }
        }
        for (int[] place : counts) {
            assertThat(Arrays.stream(place).boxed().toList())
                    .allSatisfy(count -> assertThat(count).isBetween(3715, 4285));
        }
    }

    @Example
    void refusesWhatIsNoExample() {
        assertThatThrownBy(() -> new ShuffledOrder(10, 0).index(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no example number -1");
        assertThatThrownBy(() -> new ShuffledOrder(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
