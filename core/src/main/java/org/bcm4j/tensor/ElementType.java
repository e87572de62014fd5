package org.bcm4j.tensor;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number types of weight files, under their safetensors names. */
public enum ElementType {
    F64(ScalarType.Double, 8),
    F32(ScalarType.Float, 4),
    F16(ScalarType.Half, 2),
    BF16(ScalarType.BFloat16, 2),
    I64(ScalarType.Long, 8),
    I32(ScalarType.Int, 4),
    I16(ScalarType.Short, 2),
    I8(ScalarType.Char, 1),
    U8(ScalarType.Byte, 1),
    /** One byte per value, 0 or 1. */
    BOOL(ScalarType.Bool, 1);

    private final ScalarType scalarType;
    private final int bytes;

    ElementType(ScalarType scalarType, int bytes) {
        this.scalarType = scalarType;
        this.bytes = bytes;
    }

    /** libtorch's name for this type. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /** Bytes per number. */
    public int bytes() {
        return bytes;
    }

    /** The type with the given safetensors name, if it is supported. */
    static Optional<ElementType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /**
     * The type for a libtorch {@code scalarType}.
     *
     * @throws IllegalArgumentException if files cannot hold it (complex and quantised numbers)
     */
    static ElementType of(ScalarType scalarType) {
        return of(scalarType.value);
    }

    /** The type for the value of a libtorch scalar type, as {@link #of(ScalarType)}. */
    static ElementType of(long value) {
        return Arrays.stream(values())
                .filter(type -> type.scalarType.value == value)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("safetensors cannot hold tensors of libtorch's type " + value));
    }
}
