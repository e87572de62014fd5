package org.bcm4j.data.sources;

import java.io.Serial;
import org.bcm4j.storage.UserException;

/** A picture that cannot be decoded, while others of its source can. The message is one line that names it. */
public final class UnusablePictureException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    UnusablePictureException(UserException cause) {
        super(cause.getMessage(), cause);
    }

    /** The message; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
