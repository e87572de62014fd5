package org.bcm4j.checkpoint;

/**
 * An object that only Python could create, such as a path, a date, a NumPy number or a settings object. It is ignored,
 * except for its entries if it is some kind of dictionary.
 *
 * @param type the name of its class or of its maker
 * @param entries empty unless it is a dictionary
 */
record ForeignObject(String type, Dictionary entries) {
    ForeignObject(String type) {
        this(type, new Dictionary());
    }
}
