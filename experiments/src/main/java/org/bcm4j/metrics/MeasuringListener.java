package org.bcm4j.metrics;

/** Hears how far a measurement is, after every batch of images. */
@FunctionalInterface
public interface MeasuringListener {
    /** Hears nothing. */
    MeasuringListener NONE = (what, done, total) -> {};

    /**
     * @param what what is being measured, such as a walk
     * @param done images so far, of {@code total}
     */
    void measured(String what, long done, long total);
}
