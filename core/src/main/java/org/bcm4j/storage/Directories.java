package org.bcm4j.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Creates directories. */
public final class Directories {
    private Directories() {}

    /**
     * Creates a directory and its parents where they are missing. A link to a directory counts as one: Java's own method
     * refuses it before 17.0.14, and in 18 and 19 (JDK-8294193).
     */
    public static void create(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
    }
}
