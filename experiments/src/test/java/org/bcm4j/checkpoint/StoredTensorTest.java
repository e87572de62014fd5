package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.bcm4j.tensor.ElementType;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

class StoredTensorTest {
    /** Every element is reached by counting, against the formula; and libtorch then reads what was counted. */
    @Property(tries = 300)
    void liesInsideItsStorageOrIsRefused(
            @ForAll @IntRange(max = 40) int elements,
            @ForAll @LongRange(max = 10) long offset,
            @ForAll @Size(max = 3) List<@LongRange(max = 4) Long> shape,
            @ForAll @Size(value = 3) List<@LongRange(max = 7) Long> longStrides) {
        List<Long> strides = longStrides.subList(0, shape.size());
        Storage storage = new Storage("0", ElementType.I64, elements);
        long[] reached = elements(offset, shape, strides).toArray();
        long end = LongStream.of(reached).max().orElse(offset - 1) + 1;
        if (end > elements) {
            assertThatThrownBy(() -> new StoredTensor(storage, offset, shape, strides))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("reaches element " + end);
            return;
        }
        StoredTensor tensor = new StoredTensor(storage, offset, shape, strides);
        assertThat(tensor.bytes()).isEqualTo(reached.length * 8L);
        try (Scope scope = Scope.open()) {
            Tensor row = HostTensors.ofLongs(LongStream.range(0, elements).toArray(), elements);
            Tensor view = tensor.view(row);
            assertThat(view.shape()).containsExactly(shape.toArray(Long[]::new));
            assertThat(HostTensors.longs(view)).isEqualTo(reached);
        }
    }

    @Example
    void refusesWhatCanNotBeCounted() {
        Storage storage = new Storage("0", ElementType.F32, 10);
        assertImpossible(storage, 0, List.of(-1L), List.of(1L));
        assertImpossible(storage, 0, List.of(2L), List.of(-1L));
        assertImpossible(storage, -1, List.of(2L), List.of(1L));
        assertImpossible(storage, 0, List.of(1L << 32, 1L << 32), List.of(0L, 0L));
        assertImpossible(storage, 0, List.of(0L, 1L << 62), List.of(0L, 0L));
        assertImpossible(storage, 0, List.of(3L), List.of(Long.MAX_VALUE));
        assertImpossible(storage, Long.MAX_VALUE, List.of(), List.of());
        assertThatThrownBy(() -> new StoredTensor(storage, 0, List.of(1L), List.of()))
                .hasMessageContaining("strides");
        assertThatThrownBy(() -> StoredTensor.whole(storage, List.of(3L, 3L))).hasMessageContaining("has 40 bytes");
    }

    @Example
    void wholeStoragesAreRowMajor() {
        StoredTensor tensor = StoredTensor.whole(new Storage("0", ElementType.F32, 24), List.of(2L, 3L, 4L));
        assertThat(tensor.strides()).containsExactly(12L, 4L, 1L);
        StoredTensor empty = StoredTensor.whole(new Storage("0", ElementType.F32, 0), List.of(3L, 0L));
        assertThat(empty.strides()).containsExactly(1L, 1L);
    }

    private static void assertImpossible(Storage storage, long offset, List<Long> shape, List<Long> strides) {
        assertThatThrownBy(() -> new StoredTensor(storage, offset, shape, strides))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("impossible");
    }

    /** Indices into the storage in logical order. */
    private static LongStream elements(long offset, List<Long> shape, List<Long> strides) {
        if (shape.isEmpty()) {
            return LongStream.of(offset);
        }
        return LongStream.range(0, shape.get(0))
                .flatMap(i -> elements(
                        offset + i * strides.get(0),
                        shape.subList(1, shape.size()),
                        strides.subList(1, strides.size())));
    }
}
