package org.bcm4j.storage;

import java.io.Serial;
import java.util.Objects;

/**
 * An error that the user can fix: a missing file, a typo in a configuration, a full disk. The message is one line that
 * says what is wrong, where, and what to do. The command line prints only this message and exits with code 2.
 */
public final class UserException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message);
    }

    public UserException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message; never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
