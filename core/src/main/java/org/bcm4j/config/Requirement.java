package org.bcm4j.config;

/** What the constructor of a configuration's record asks of its values; {@link ConfigFile} adds the file, line and column to the refusal. */
public final class Requirement {
    private Requirement() {}

    /** @throws IllegalArgumentException with the message, if the condition does not hold */
    public static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
