package org.bcm4j.config;

import org.bcm4j.storage.UserException;

/** Where a piece of a configuration was written: {@code configs/x.yaml:12:3}, or {@code --set key=value}. */
record Location(String text) {
    /** A place in a text; {@code line} and {@code column} count from 1. */
    static Location at(String source, int line, int column) {
        return new Location(source + ":" + line + ":" + column);
    }

    /** The error to throw for a mistake made here, in one line whatever the message brings along. */
    UserException error(String message) {
        return new UserException(text + ": " + message.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /** Like {@link #error(String)}, keeping what revealed the mistake. */
    UserException error(String message, Throwable cause) {
        return new UserException(error(message).getMessage(), cause);
    }
}
