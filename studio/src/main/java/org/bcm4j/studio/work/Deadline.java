package org.bcm4j.studio.work;

import java.time.Duration;

/** The moment at which nobody waits for a result any more: after some time, or when it is cancelled. Thread-safe. */
public final class Deadline {
    private final long nanoTime;
    private volatile boolean cancelled;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A deadline from now on. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Lets the moment be now. */
    public void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Whether it has passed. */
    public boolean passed() {
        return cancelled || System.nanoTime() - nanoTime > 0;
    }
}
