package org.bcm4j.storage;

import java.nio.file.Path;
import java.security.SecureRandom;

/** Hidden names next to a file, for content that is not complete yet. */
final class TemporaryName {
    /**
     * Each has up to 4 bytes, so the whole name stays within the 255 bytes of most file systems if the target's name
     * does.
     */
    private static final int MOST_CHARACTERS = 50;

    private static final SecureRandom RANDOM = new SecureRandom();

    private TemporaryName() {}

    /** Whether a name is one of these. */
    static boolean is(String name) {
        return name.startsWith(".") && name.endsWith(".tmp");
    }

    /**
     * A name that no other process uses, in the directory of {@code target}, so that a rename stays within one file
     * system.
     */
    static Path sibling(Path target) {
        String name = String.valueOf(target.getFileName())
                .codePoints()
                .limit(MOST_CHARACTERS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return target.resolveSibling("." + name + "." + Long.toHexString(RANDOM.nextLong()) + ".tmp");
    }
}
