package org.bcm4j.checkpoint;

import org.bcm4j.tensor.ElementType;

/**
 * A row of numbers in a checkpoint. One or more tensors are views of it.
 *
 * @param key the container's name for it
 * @param elements the number of elements
 */
record Storage(String key, ElementType type, long elements) {
    /** @throws RefusedException if no file could hold that many elements */
    Storage {
        if (elements < 0 || elements > Long.MAX_VALUE / Long.BYTES) {
            throw RefusedException.damaged(
                    "storage " + RefusedException.quoted(key) + " claims " + elements + " numbers");
        }
    }

    long bytes() {
        return elements * type.bytes();
    }
}
