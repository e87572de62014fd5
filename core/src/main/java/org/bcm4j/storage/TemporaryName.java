package org.bcm4j.storage;

import java.nio.file.Path;
import java.security.SecureRandom;

/** Hidden names next to a file, for content that has no right to the real name yet. */
final class TemporaryName {
    private static final SecureRandom RANDOM = new SecureRandom();

    private TemporaryName() {}

    /**
     * A name that no other process uses, in the directory of {@code target}, so that a rename stays within one file
     * system.
     */
    static Path sibling(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + Long.toHexString(RANDOM.nextLong()) + ".tmp");
    }
}
