package org.bcm4j.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The shape of a value of a network.
 *
 * @param sizes sizes of the dimensions, {@link Operations#BATCH} for that of the batch
 */
public record Shape(List<Long> sizes) {
    public Shape {
        sizes = List.copyOf(sizes);
    }

    public static Shape of(long... sizes) {
        return new Shape(Arrays.stream(sizes).boxed().toList());
    }

    public int rank() {
        return sizes.size();
    }

    public long size(int dimension) {
        return sizes.get(dimension);
    }

    /** Number of elements for one image. */
    public long elements() {
        return sizes.stream().filter(size -> size != Operations.BATCH).reduce(1L, Math::multiplyExact);
    }

    /** The shape with another size for one dimension. */
    public Shape with(int dimension, long size) {
        List<Long> changed = new ArrayList<>(sizes);
        changed.set(dimension, size);
        return new Shape(changed);
    }

    /** The shape without a dimension. */
    public Shape without(int dimension) {
        List<Long> changed = new ArrayList<>(sizes);
        changed.remove(dimension);
        return new Shape(changed);
    }

    /**
     * The shape of an elementwise operation on two values. Dimensions match from the last, or are 1.
     *
     * @throws IllegalArgumentException if they do not match
     */
    public Shape broadcastWith(Shape other) {
        Shape longer = rank() >= other.rank() ? this : other;
        Shape shorter = rank() >= other.rank() ? other : this;
        List<Long> result = new ArrayList<>(longer.sizes);
        int missing = longer.rank() - shorter.rank();
        for (int i = 0; i < shorter.rank(); i++) {
            long a = longer.size(missing + i);
            long b = shorter.size(i);
            if (a != b && a != 1 && b != 1) {
                throw new IllegalArgumentException(this + " and " + other + " do not match");
            }
            result.set(missing + i, a == 1 ? b : a);
        }
        return new Shape(result);
    }

    @Override
    public String toString() {
        return sizes.toString();
    }
}
