package org.bcm4j.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor whose numbers are still in the file: a strided view of a storage. Every instance lies inside its storage and
 * has a size that libtorch can represent.
 *
 * @param offset position of the first element, in elements
 * @param shape sizes of the dimensions, slowest first; empty for a single number
 * @param strides distances between neighbours along each dimension, in elements; not negative
 */
record StoredTensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {
    /** libtorch's own limit. */
    private static final int MAX_DIMENSIONS = 64;

    /** @throws RefusedException if the view extends beyond its storage */
    StoredTensor {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        if (shape.size() != strides.size() || shape.size() > MAX_DIMENSIONS) {
            throw RefusedException.damaged(
                    "a tensor has " + shape.size() + " dimensions and " + strides.size() + " strides");
        }
        long end = end(storage, offset, shape, strides);
        if (end > storage.elements()) {
            throw RefusedException.damaged("a tensor of shape " + shape + " reaches element " + end + " of storage "
                    + RefusedException.quoted(storage.key()) + ", which has " + storage.elements());
        }
    }

    /**
     * The whole storage, row-major.
     *
     * @throws RefusedException if the shape has another number of elements
     */
    static StoredTensor whole(Storage storage, List<Long> shape) {
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        try {
            for (int dimension = shape.size() - 1; dimension >= 0; dimension--) {
                strides.add(stride);
                stride = Math.multiplyExact(stride, Math.max(1, shape.get(dimension)));
            }
        } catch (ArithmeticException e) {
            throw impossible(shape);
        }
        Collections.reverse(strides);
        StoredTensor tensor = new StoredTensor(storage, 0, shape, strides);
        if (tensor.bytes() != storage.bytes()) {
            throw RefusedException.damaged("an array of type " + storage.type() + " and shape " + shape + " has "
                    + storage.bytes() + " bytes");
        }
        return tensor;
    }

    /**
     * The size of the tensor in bytes, laid out without gaps. It exceeds that of its storage if dimensions are
     * expanded.
     */
    long bytes() {
        return shape.stream().reduce((long) storage.type().bytes(), (extent, dimension) -> extent * dimension);
    }

    /**
     * The tensor itself, which shares the memory of its storage.
     *
     * @param row the storage's numbers, [elements]
     */
    Tensor view(Tensor row) {
        return Scope.returning(() -> row.as_strided(longs(shape), longs(strides), new LongOptional(offset)));
    }

    /** The index after the last element of the view. */
    private static long end(Storage storage, long offset, List<Long> shape, List<Long> strides) {
        long last = offset;
        long extent = storage.type().bytes();
        boolean negative = offset < 0;
        try {
            for (int dimension = 0; dimension < shape.size(); dimension++) {
                // Dimensions of size zero count as one where libtorch multiplies sizes. That product must not overflow
                // either.
                long size = Math.max(1, shape.get(dimension));
                extent = Math.multiplyExact(extent, size);
                last = Math.addExact(last, Math.multiplyExact(size - 1, strides.get(dimension)));
                negative |= shape.get(dimension) < 0 || strides.get(dimension) < 0;
            }
            last = Math.addExact(last, 1);
        } catch (ArithmeticException e) {
            throw impossible(shape);
        }
        if (negative) {
            throw impossible(shape);
        }
        return shape.contains(0L) ? offset : last;
    }

    private static RefusedException impossible(List<Long> shape) {
        return RefusedException.damaged("a tensor has an impossible shape or place: " + shape);
    }

    private static long[] longs(List<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }
}
