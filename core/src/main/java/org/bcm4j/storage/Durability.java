package org.bcm4j.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Waits until content and names have reached the device, so that they survive a power failure. */
final class Durability {
    /** Windows cannot open a directory as a file, and needs no such flush. */
    private static final boolean DIRECTORIES_OPEN =
            !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    private Durability() {}

    /** Flushes the names in a directory, for example after a rename. */
    static void forceDirectory(Path directory) throws IOException {
        if (DIRECTORIES_OPEN) {
            force(directory, StandardOpenOption.READ);
        }
    }

    /** Flushes every file and directory below and including {@code root}. */
    static void forceTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            List<Path> paths = tree.toList();
            for (Path path : paths) {
                if (Files.isDirectory(path)) {
                    forceDirectory(path);
                } else {
                    force(path, StandardOpenOption.WRITE);
                }
            }
        }
    }

    private static void force(Path path, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }
}
