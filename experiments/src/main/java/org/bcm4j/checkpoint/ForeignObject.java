package org.bcm4j.checkpoint;

/**
 * An object that only Python could make, such as a path, a date, NumPy's number or somebody's settings. It is passed
 * over, but for what it holds if it is some kind of dictionary.
 *
 * @param type name of its class, or what made it
 * @param entries empty unless it is a dictionary
 */
record ForeignObject(String type, Dictionary entries) {
    ForeignObject(String type) {
        this(type, new Dictionary());
    }
}
