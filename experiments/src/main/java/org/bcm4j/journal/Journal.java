package org.bcm4j.journal;

import java.util.List;
import org.bcm4j.storage.UserException;

/**
 * Records the progress of a training run for people. One thread uses a journal, and steps do not decrease. Every entry
 * is on disk when the call returns, unless an implementation says otherwise.
 */
public interface Journal extends AutoCloseable {
    /**
     * Records the measurements of a step.
     *
     * @throws UserException if they cannot be written
     */
    void step(StepRecord record);

    /**
     * Records a picture, such as a grid of samples.
     *
     * @param tag the subject of the picture; pictures with the same tag form a series
     * @param png the bytes of the file
     * @throws IllegalArgumentException if the bytes are no PNG file and the journal keeps pictures
     * @throws UserException if the picture cannot be written
     */
    void image(String tag, long step, byte[] png);

    /**
     * Records a remark, such as the configuration of the run.
     *
     * @throws UserException if it cannot be written
     */
    void note(String text);

    /** Closes the journal. Closing twice has no effect. Recorded entries stay. */
    @Override
    void close();

    /**
     * One journal that writes into all of these, in order. Without any it records nothing. Closing it closes them all.
     */
    static Journal all(List<Journal> journals) {
        return new CombinedJournal(List.copyOf(journals));
    }
}
