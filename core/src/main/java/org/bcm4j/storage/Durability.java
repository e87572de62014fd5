package org.bcm4j.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

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

    /** Flushes every file and directory below and including {@code root}. Links are not followed. */
    static void forceTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    // Reading is enough on Linux, also for a file that is read-only. Windows flushes for writers only.
                    force(file, Files.isWritable(file) ? StandardOpenOption.WRITE : StandardOpenOption.READ);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                forceDirectory(directory);
                return super.postVisitDirectory(directory, failure);
            }
        });
    }

    private static void force(Path path, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }
}
