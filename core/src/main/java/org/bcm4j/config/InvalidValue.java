package org.bcm4j.config;

/** A value that breaks a rule of its record. {@link ConfigFile} reports it at the location of the value's key. */
final class InvalidValue extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String key;

    InvalidValue(String key, String rule) {
        super(key + " " + rule);
        this.key = key;
    }

    String key() {
        return key;
    }
}
