package org.bcm4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a set that are not read, for one line that counts them and names the first ones. */
public final class LeftOut {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOut.class);
    private static final int NAMED = 4;

    /** Lines that have been logged. A set can be opened several times, for training and for test images. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private final List<String> first = new ArrayList<>();
    private int count;

    public void add(String name) {
        if (count < NAMED) {
            first.add(name);
        }
        count++;
    }

    /**
     * Logs the line, if there are any.
     *
     * @param source names the set
     * @param pictures the number of those that are read
     */
    public void report(String source, int pictures) {
        if (count > 0) {
            warnOnce(source + ": read " + pictures + (pictures == 1 ? " picture" : " pictures") + ", left out " + this);
        }
    }

    /** Logs a line, unless it has been logged before. */
    public static void warnOnce(String line) {
        if (TOLD.add(line)) {
            LOG.warn(line);
        }
    }

    /** {@code 12 others (a.heic, b.heic, notes.txt, __MACOSX/ and 8 more)}. */
    @Override
    public String toString() {
        return count
                + (count == 1 ? " other (" : " others (")
                + String.join(", ", first)
                + (count > NAMED ? " and " + (count - NAMED) + " more)" : ")");
    }
}
