package org.bcm4j.checkpoint;

import java.util.Optional;

/**
 * An object that only Python could create, such as a path, a date, a NumPy number or a settings object. It is ignored,
 * except for its entries if it is some kind of dictionary, and for its state if that is an array's.
 */
final class ForeignObject {
    private final String type;
    private final Dictionary entries = new Dictionary();
    private Optional<Object> state = Optional.empty();

    /** @param type the name of its class or of its maker */
    ForeignObject(String type) {
        this.type = type;
    }

    String type() {
        return type;
    }

    /** Empty unless it is a dictionary. */
    Dictionary entries() {
        return entries;
    }

    /** What the pickle gave to the object after its creation. */
    Optional<Object> state() {
        return state;
    }

    void restore(Object given) {
        state = Optional.of(given);
    }
}
