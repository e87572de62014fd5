package org.bcm4j.training;

/**
 * What a process computes at the same time. The cores of a processor share the images of a micro-batch. A GPU computes
 * all images at once, and faster than one thread can call its operations; so there each term has a thread. All
 * terms then hold their activations at once.
 *
 * @param parts of a micro-batch
 * @param terms of the loss
 */
record SideBySide(int parts, int terms) {
    /** The number of threads. Each collects its own gradient. */
    int threads() {
        return parts * terms;
    }
}
