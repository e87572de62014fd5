package org.bcm4j.training;

import java.util.function.Consumer;
import org.bcm4j.journal.Journal;
import org.bcm4j.journal.StepRecord;

/** Hears of every line of the log, and keeps nothing. */
record EachStep(Consumer<StepRecord> listener) implements Journal {
    /** Nobody listens. */
    static EachStep silent() {
        return new EachStep(record -> {});
    }

    @Override
    public void step(StepRecord record) {
        listener.accept(record);
    }

    @Override
    public void image(String tag, long step, byte[] png) {
        // Steps only.
    }

    @Override
    public void note(String text) {
        // Steps only.
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
