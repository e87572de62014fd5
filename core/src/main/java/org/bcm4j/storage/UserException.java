package org.bcm4j.storage;

import java.io.Serial;
import java.util.Objects;

/**
 * A mistake that the person at the keyboard can mend: a missing file, a typo in a configuration, a full disk. The message is one
 * line that says what was wrong, where, and what to do; the command prints it alone and exits with code 2.
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

    /** The one line; never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
