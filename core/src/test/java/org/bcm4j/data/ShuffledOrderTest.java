package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.data.ShuffledOrder.State;

class ShuffledOrderTest {
    @Property(tries = 200)
    void everyEpochIsAPermutation(@ForAll @IntRange(min = 1, max = 300) int size, @ForAll long seed) {
        ShuffledOrder order = new ShuffledOrder(size, State.start(seed));
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(order.next(size))
                    .containsExactlyInAnyOrder(LongStream.range(0, size).toArray());
        }
    }

    @Property(tries = 200)
    void aRestoredOrderContinues(
            @ForAll @IntRange(min = 1, max = 50) int size,
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 200) int taken,
            @ForAll @IntRange(min = 1, max = 200) int batch) {
        ShuffledOrder order = new ShuffledOrder(size, State.start(seed));
        order.next(taken);
        ShuffledOrder restored = new ShuffledOrder(size, order.state());
        assertThat(restored.next(batch)).isEqualTo(order.next(batch));
        assertThat(restored.state()).isEqualTo(order.state());
    }

    @Property(tries = 100)
    void batchSizesDoNotMatter(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int batch) {
        long[] inOne = new ShuffledOrder(17, State.start(seed)).next(40);
        ShuffledOrder order = new ShuffledOrder(17, State.start(seed));
        long[] inParts = LongStream.concat(Arrays.stream(order.next(batch)), Arrays.stream(order.next(40 - batch)))
                .toArray();
        assertThat(inParts).isEqualTo(inOne);
    }

    /** Pins the algorithm: checkpoints of released versions must continue on every Java version. */
    @Example
    void theOrderIsFixedForEver() {
        assertThat(new ShuffledOrder(10, State.start(0)).next(20))
                .containsExactly(5, 2, 7, 8, 1, 9, 0, 3, 4, 6, 5, 8, 1, 6, 7, 0, 9, 2, 3, 4);
    }

    /**
     * Each index is equally likely at each place: 20,000 shuffles of 5 give counts within five standard deviations (57)
     * of 4,000.
     */
    @Example
    void shufflesAreUniform() {
        int[][] counts = new int[5][5];
        ShuffledOrder order = new ShuffledOrder(5, State.start(42));
        for (int epoch = 0; epoch < 20_000; epoch++) {
            long[] permutation = order.next(5);
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
    void refusesAStateOfAnotherDataSet() {
        assertThatThrownBy(() -> new ShuffledOrder(10, new State(0, 0, 11)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("11");
        assertThatThrownBy(() -> new ShuffledOrder(0, State.start(0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new State(0, -1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
