package org.bcm4j.journal;

import java.util.List;

/** Passes every entry on to several journals. */
record CombinedJournal(List<Journal> journals) implements Journal {
    @Override
    public void step(StepRecord record) {
        journals.forEach(journal -> journal.step(record));
    }

    @Override
    public void image(String tag, long step, byte[] png) {
        journals.forEach(journal -> journal.image(tag, step, png));
    }

    @Override
    public void note(String text) {
        journals.forEach(journal -> journal.note(text));
    }

    /** Closes every journal, even if closing an earlier one fails. */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (Journal journal : journals) {
            try {
                journal.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
