package org.bcm4j.reproduction;

import org.bcm4j.journal.Journal;
import org.bcm4j.metrics.MeasuringListener;

/** Hears how far a {@link Reproduction} is. */
public interface ReproductionListener {
    /** A line on what begins, or was found done. */
    void said(String line);

    /**
     * A run begins or goes on.
     *
     * @param run its name
     * @param done steps made before
     * @param total steps in all
     * @return hears of the run's steps, and is closed with it
     */
    Journal training(String run, long done, long total);

    /** Hears of measurements. */
    MeasuringListener measuring();
}
