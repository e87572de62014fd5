package org.bcm4j.config;

import org.bcm4j.storage.UserException;

/** The location of a piece of a configuration: {@code configs/x.yaml:12:3}, or {@code --set key=value}. */
record Location(String text) {
    /** A location in a text; {@code line} and {@code column} count from 1. */
    static Location at(String source, int line, int column) {
        return new Location(source + ":" + line + ":" + column);
    }

    /** The error to throw for a mistake at this location, always in one line. */
    UserException error(String message) {
        return new UserException(text + ": " + message.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /** Like {@link #error(String)}, with a cause. */
    UserException error(String message, Throwable cause) {
        return new UserException(error(message).getMessage(), cause);
    }
}
