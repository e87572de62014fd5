package org.bcm4j.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list, tuple or set of a checkpoint that is being read. */
final class Sequence {
    private final List<Object> items;

    Sequence(List<Object> items) {
        this.items = new ArrayList<>(items);
    }

    void add(Object item) {
        items.add(item);
    }

    List<Object> items() {
        return Collections.unmodifiableList(items);
    }

    /** @throws RefusedException if an item is no 64-bit integer */
    List<Long> numbers() {
        return items.stream()
                .map(item -> {
                    if (item instanceof Long number) {
                        return number;
                    }
                    throw RefusedException.damaged("a shape holds something other than whole numbers");
                })
                .toList();
    }
}
