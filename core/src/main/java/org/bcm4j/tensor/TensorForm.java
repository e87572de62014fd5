package org.bcm4j.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Type and shape of a tensor, in NumPy notation: {@code float32 [4,1,28,28]}. Used to reject wrong tensors early.
 * libtorch would report a native stack trace, or return wrong numbers.
 */
public record TensorForm(ScalarType type, List<Long> shape) {
    public TensorForm {
        shape = List.copyOf(shape);
    }

    /**
     * The type and shape of a tensor.
     *
     * @param what the tensor is, for the error message
     * @throws IllegalArgumentException if the tensor or its scope was closed, or it is undefined
     */
    public static TensorForm of(String what, Tensor tensor) {
        if (tensor.isNull() || !tensor.defined()) {
            throw new IllegalArgumentException(what + ": the tensor is undefined or closed; was its scope closed?");
        }
        return new TensorForm(
                tensor.scalar_type().intern(),
                Arrays.stream(tensor.shape()).boxed().toList());
    }

    /** Whether type and shape match; a length of -1 matches any length from 1. */
    public boolean is(ScalarType wantedType, long... wanted) {
        if (type != wantedType || shape.size() != wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] < 0 ? shape.get(i) < 1 : shape.get(i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        String name = switch (type) {
            case Byte -> "uint8";
            case Char -> "int8";
            case Short -> "int16";
            case Int -> "int32";
            case Long -> "int64";
            case Half -> "float16";
            case Float -> "float32";
            case Double -> "float64";
            default -> type.name().toLowerCase(Locale.ROOT);
        };
        return name + shape.stream().map(String::valueOf).collect(Collectors.joining(",", " [", "]"));
    }
}
