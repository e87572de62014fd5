package org.bcm4j.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: the tensors, in the order in which the file names them, and free text.
 *
 * @param tensors names to descriptions; immutable, keeps its order
 * @param metadata the file's {@code __metadata__}; empty if it has none
 */
public record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
    public SafetensorsHeader {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * One tensor's description.
     *
     * @param shape sizes of the dimensions, slowest first; empty for a single number
     * @param begin first byte, counted from the start of the data
     * @param end one past the last byte
     */
    public record Entry(ElementType type, List<Long> shape, long begin, long end) {
        public Entry {
            shape = List.copyOf(shape);
        }

        /** The shape as an array for libtorch. */
        public long[] dimensions() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** The size of the data of all tensors, in bytes. */
    public long dataBytes() {
        return tensors.values().stream().mapToLong(Entry::end).max().orElse(0);
    }
}
