package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WeightLayoutTest {
    @Property(tries = 200)
    void slotsAreAlignedAndDisjointInOrder(
            @ForAll @Size(max = 12) List<@Size(min = 1, max = 4) List<@IntRange(min = 1, max = 9) Integer>> shapes) {
        WeightLayout.Builder builder = new WeightLayout.Builder();
        for (int i = 0; i < shapes.size(); i++) {
            builder.declare("p" + i, Initialization.ZERO, dimensions(shapes.get(i)));
        }
        WeightLayout layout = builder.build();

        assertThat(layout.slots().keySet())
                .containsExactlyElementsOf(
                        IntStream.range(0, shapes.size()).mapToObj(i -> "p" + i).toList());
        long free = 0;
        long count = 0;
        for (WeightLayout.Slot slot : layout.slots().values()) {
            assertThat(slot.offset() % 16).isZero();
            assertThat(slot.offset()).isBetween(free, free + 15);
            free = slot.offset() + slot.size();
            count += slot.size();
        }
        assertThat(layout.length()).isBetween(free, free + 15);
        assertThat(layout.parameterCount()).isEqualTo(count);
    }

    @Property(tries = 50)
    void layoutsOfTheSameDeclarationsAreEqual(@ForAll @Size(max = 5) List<@IntRange(min = 1, max = 9) Integer> sizes) {
        assertThat(ofVectors(sizes)).isEqualTo(ofVectors(sizes)).hasSameHashCodeAs(ofVectors(sizes));
        List<Integer> longer = new ArrayList<>(sizes);
        longer.add(1);
        assertThat(ofVectors(sizes)).isNotEqualTo(ofVectors(longer));
    }

    @Example
    void aNameMeansOneParameter() {
        WeightLayout.Builder builder = new WeightLayout.Builder().declare("a", Initialization.ZERO, 1);
        assertThatThrownBy(() -> builder.declare("a", Initialization.ZERO, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("parameter declared twice: a");
        assertThatThrownBy(() -> builder.declare("a", Initialization.ONE, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("parameter declared twice: a");
        WeightLayout again = builder.declare("b", Initialization.ONE, 3)
                .declare("a", Initialization.ZERO, 1)
                .build();
        assertThat(again.slots().keySet()).containsExactly("a", "b");
    }

    private static WeightLayout ofVectors(List<Integer> sizes) {
        WeightLayout.Builder builder = new WeightLayout.Builder();
        for (int i = 0; i < sizes.size(); i++) {
            builder.declare("p" + i, Initialization.ZERO, sizes.get(i));
        }
        return builder.build();
    }

    private static long[] dimensions(List<Integer> shape) {
        return shape.stream().mapToLong(Integer::longValue).toArray();
    }
}
