package org.bcm4j.tensor;

/** A process of a {@link RankGroup} has ended, is frozen or cannot be reached, so the others cannot go on. */
public final class LostRankException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LostRankException(String message, Throwable cause) {
        super(message, cause);
    }

    LostRankException(String message) {
        super(message);
    }
}
