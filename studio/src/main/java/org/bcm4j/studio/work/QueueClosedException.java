package org.bcm4j.studio.work;

/** Work was refused or given up because the queue is closing. */
public final class QueueClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueueClosedException() {
        super("the server is stopping; ask another one");
    }
}
