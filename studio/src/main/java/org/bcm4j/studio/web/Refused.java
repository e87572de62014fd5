package org.bcm4j.studio.web;

/** A request that is refused before it is understood. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** @param detail one line */
    Refused(int status, String detail) {
        super(detail, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
