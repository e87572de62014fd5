package org.bcm4j.config;

/**
 * A check of values in the constructor of a configuration record. {@link ConfigFile} adds the file, line and column to
 * the error.
 */
public final class Requirement {
    private Requirement() {}

    /** @throws IllegalArgumentException with the given message, if the condition does not hold */
    public static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
