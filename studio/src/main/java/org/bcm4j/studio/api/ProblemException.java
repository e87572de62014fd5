package org.bcm4j.studio.api;

/** What a client did wrong, or what the server cannot do now. Becomes an answer of RFC 9457. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param detail one line that says what was wrong and what to do */
    ProblemException(int status, String detail) {
        super(detail);
        this.status = status;
    }

    ProblemException(int status, String detail, Throwable cause) {
        super(detail, cause);
        this.status = status;
    }

    int status() {
        return status;
    }
}
