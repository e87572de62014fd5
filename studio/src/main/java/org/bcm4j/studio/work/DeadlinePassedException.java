package org.bcm4j.studio.work;

/** Work was given up because its deadline passed. */
public final class DeadlinePassedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeadlinePassedException() {
        super("the deadline passed before the result was computed; ask for less, or again later");
    }
}
