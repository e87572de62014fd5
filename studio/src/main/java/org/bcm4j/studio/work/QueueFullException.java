package org.bcm4j.studio.work;

/** Work was refused because too much is waiting. */
public final class QueueFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueueFullException(String message) {
        super(message);
    }
}
