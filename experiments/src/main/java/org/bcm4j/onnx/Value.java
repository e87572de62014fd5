package org.bcm4j.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * A tensor of a graph: an input, a constant, or the output of a node.
 *
 * @param shape sizes of the dimensions, {@link #BATCH} for that of the batch
 */
record Value(String name, List<Long> shape) {
    /** The size of the batch, which is known only when the graph runs. */
    static final long BATCH = -1;

    Value {
        shape = List.copyOf(shape);
    }

    long size(int dimension) {
        return shape.get(dimension);
    }

    /** The shape with another size for one dimension. */
    List<Long> shapeWith(int dimension, long size) {
        List<Long> changed = new ArrayList<>(shape);
        changed.set(dimension, size);
        return changed;
    }

    /** The shape of an elementwise operation on this and another value. Dimensions match from the last, or are 1. */
    List<Long> broadcastWith(Value other) {
        List<Long> longer = shape.size() >= other.shape.size() ? shape : other.shape;
        List<Long> shorter = shape.size() >= other.shape.size() ? other.shape : shape;
        List<Long> result = new ArrayList<>(longer);
        int missing = longer.size() - shorter.size();
        for (int i = 0; i < shorter.size(); i++) {
            long a = longer.get(missing + i);
            long b = shorter.get(i);
            if (a != b && a != 1 && b != 1) {
                throw new IllegalArgumentException(this + " and " + other + " do not match");
            }
            result.set(missing + i, a == 1 ? b : a);
        }
        return result;
    }
}
