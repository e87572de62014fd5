package org.bcm4j.config;

/**
 * A check of values in the constructor of a configuration record. {@link ConfigFile} adds the file, line and column to
 * the error.
 */
public final class Requirement {
    private Requirement() {}

    /**
     * Checks a value.
     *
     * @param key the key of the value in a configuration, such as {@code batch_size}, or another word if several values
     *     are wrong together
     * @param rule the rest of the message, such as {@code must be positive, is 0}
     * @throws IllegalArgumentException with the key and the rule as its message, if the condition does not hold
     */
    public static void require(boolean condition, String key, String rule) {
        if (!condition) {
            throw new InvalidValue(key, rule);
        }
    }
}
