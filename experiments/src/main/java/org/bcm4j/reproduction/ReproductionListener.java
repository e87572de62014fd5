package org.bcm4j.reproduction;

import org.bcm4j.journal.Journal;
import org.bcm4j.metrics.MeasuringListener;

/** Receives the progress of a {@link Reproduction}. */
public interface ReproductionListener {
    /** Receives a line about work that begins, ends, or was already done. */
    void said(String line);

    /**
     * Called when a run begins or continues.
     *
     * @param run the run's name
     * @param done the number of steps made before
     * @param total the number of steps in all
     * @return receives the run's steps, and is closed with the run
     */
    Journal training(String run, long done, long total);

    /** Receives the progress of measurements. */
    MeasuringListener measuring();
}
