package org.bcm4j.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/** Limits a directory to one writer, in this process or another, until the lock is closed or the process ends. */
public final class DirectoryLock implements AutoCloseable {
    private static final String FILE = ".lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks the directory and creates it if it is missing.
     *
     * @throws UserException if another writer holds the lock, or the directory cannot be written
     */
    public static DirectoryLock of(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean locked = false;
            try {
                if (!isTaken(channel)) {
                    channel.truncate(0);
                    channel.write(ByteBuffer.wrap(
                            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                    locked = true;
                    return new DirectoryLock(channel);
                }
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
        throw new UserException(
                directory + ": another process is writing there; wait for it, or choose another directory");
    }

    /**
     * The process of this machine that writes in a directory, as far as its lock file says; a process that was killed
     * counts no longer.
     */
    public static Optional<ProcessHandle> holder(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            String text = Files.exists(file) ? Files.readString(file) : "";
            if (text.isEmpty()) {
                return Optional.empty();
            }
            Instant locked = Files.getLastModifiedTime(file).toInstant();
            // Another process may have got the number of one that has ended.
            return ProcessHandle.of(Long.parseLong(text))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> process.info()
                            .startInstant()
                            .map(start -> !start.isAfter(locked.plusSeconds(1)))
                            .orElse(true));
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        } catch (NumberFormatException e) {
            return Optional.empty(); // of a version that wrote something else
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true; // by this process
        }
    }

    @Override
    public void close() {
        try (channel) {
            channel.truncate(0);
        } catch (IOException e) {
            throw new IllegalStateException("a lock file cannot be closed", e);
        }
    }
}
