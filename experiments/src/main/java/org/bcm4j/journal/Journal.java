package org.bcm4j.journal;

import java.util.List;
import org.bcm4j.storage.UserException;

/**
 * Takes down how a training run goes, for people to look at. A journal is used by one thread, steps do not decrease,
 * and every entry is on disk when the call returns unless an implementation says otherwise.
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
     * @param tag what the picture shows; pictures of one tag form a series
     * @param png the file's bytes
     * @throws IllegalArgumentException if the bytes are no PNG file and the journal keeps pictures
     * @throws UserException if it cannot be written
     */
    void image(String tag, long step, byte[] png);

    /**
     * Records a remark, such as the configuration of the run.
     *
     * @throws UserException if it cannot be written
     */
    void note(String text);

    /** Ends the journal. Closing twice does no harm; what was recorded stays. */
    @Override
    void close();

    /** One journal that writes into all of these, in order; of none, it keeps nothing. Closing it closes them all. */
    static Journal all(List<Journal> journals) {
        return new CombinedJournal(List.copyOf(journals));
    }
}
