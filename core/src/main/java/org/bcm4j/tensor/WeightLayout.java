package org.bcm4j.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The position of each named parameter in a flat buffer. Built by declaring parameters in order. Immutable. */
public final class WeightLayout {
    /** Parameters start at multiples of 64 bytes, so that the kernels' loads are aligned. */
    private static final int ALIGNMENT = 16;

    /** One parameter: its offset and shape, in elements, and its initialisation. */
    public record Slot(long offset, List<Long> shape, Initialization initialization) {
        public long size() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }

        public long[] dimensions() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** Collects declarations. */
    public static final class Builder {
        private final Map<String, Slot> slots = new LinkedHashMap<>();
        private long end;

        /**
         * Declares a parameter. Declaring it again, with the same shape and initialisation, changes nothing: a network
         * may use a parameter twice.
         *
         * @throws IllegalStateException if the name is already declared with another shape or initialisation
         */
        public Builder declare(String name, Initialization initialization, long... shape) {
            Slot slot = new Slot(end, Arrays.stream(shape).boxed().toList(), initialization);
            Slot declared = slots.putIfAbsent(name, slot);
            if (declared != null) {
                if (!declared.equals(new Slot(declared.offset(), slot.shape(), initialization))) {
                    throw new IllegalStateException("parameter declared twice: " + name);
                }
                return this;
            }
            end = (end + slot.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            return this;
        }

        public WeightLayout build() {
            return new WeightLayout(slots, end);
        }
    }

    private final Map<String, Slot> slots;
    private final long length;

    private WeightLayout(Map<String, Slot> slots, long length) {
        this.slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
        this.length = length;
    }

    /** The parameters, in the order of their declaration. */
    public Map<String, Slot> slots() {
        return slots;
    }

    /** Number of elements of the flat buffer, including padding. */
    public long length() {
        return length;
    }

    /** Number of trainable numbers, without padding. */
    public long parameterCount() {
        return slots.values().stream().mapToLong(Slot::size).sum();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WeightLayout that && slots.equals(that.slots);
    }

    @Override
    public int hashCode() {
        return slots.hashCode();
    }
}
