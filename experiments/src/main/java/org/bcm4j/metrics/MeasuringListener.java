package org.bcm4j.metrics;

/** Receives the progress of a measurement after every batch of images. */
@FunctionalInterface
public interface MeasuringListener {
    /** Ignores progress. */
    MeasuringListener NONE = (what, done, total) -> {};

    /**
     * @param what the object of the measurement, such as a walk
     * @param done images so far, of {@code total}
     */
    void measured(String what, long done, long total);
}
