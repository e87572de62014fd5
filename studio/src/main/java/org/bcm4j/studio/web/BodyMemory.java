package org.bcm4j.studio.web;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * The memory of the bodies of all requests. Where it is short, the body that began to arrive first and is not whole yet is
 * given up: its client is slower than those of all others. Thread-safe.
 */
final class BodyMemory {
    private final Semaphore free;
    /** In the order in which they began. */
    private final Set<Intake> arriving = new LinkedHashSet<>();

    /** @param bytes of all bodies at one time */
    BodyMemory(int bytes) {
        free = new Semaphore(bytes);
    }

    /** A body begins to arrive. */
    synchronized void begins(Intake body) {
        arriving.add(body);
    }

    /** A body arrives no more. */
    synchronized void ends(Intake body) {
        arriving.remove(body);
    }

    /** Takes memory for a body that arrives; none if that is the one that is given up. */
    boolean take(Intake body, int bytes) {
        while (!free.tryAcquire(bytes)) {
            Intake slowest = slowest();
            slowest.giveUp(); // Outside of this monitor. A body waits only for those that began before it.
            if (slowest == body) {
                return false;
            }
        }
        return true;
    }

    private synchronized Intake slowest() {
        return arriving.iterator().next();
    }

    void giveBack(int bytes) {
        free.release(bytes);
    }
}
