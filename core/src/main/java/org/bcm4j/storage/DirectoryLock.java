package org.bcm4j.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits a directory to one writer, in this process or another, until the lock is closed or the process ends.
 *
 * <p>On Linux, a process loses its lock on a file as soon as it closes any channel of that file. So the lock file of a
 * directory that this process holds is not opened again.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final String FILE = ".lock";
    /** The time between two looks at a lock that another writer holds. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /** The real paths of the directories that this process holds. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Locks the directory and creates it if it is missing.
     *
     * @throws UserException if another writer holds the lock, or the directory cannot be written
     */
    public static DirectoryLock of(Path directory) {
        return of(directory, Duration.ZERO);
    }

    /**
     * Locks the directory, as {@link #of(Path)}, but waits for a writer that is about to end.
     *
     * @param patience how long to wait
     * @throws UserException if another writer still holds the lock then, or the directory cannot be written
     */
    public static DirectoryLock of(Path directory, Duration patience) {
        long start = System.nanoTime();
        Path file = directory.resolve(FILE);
        try {
            Files.createDirectories(directory);
            Path real = directory.toRealPath();
            Optional<DirectoryLock> lock = locked(real);
            while (lock.isEmpty() && System.nanoTime() - start < patience.toNanos()) {
                Thread.sleep(LOOK.toMillis());
                lock = locked(real);
            }
            return lock.orElseThrow(() -> new UserException(
                    directory + ": another process is writing there; wait for it, or choose another directory"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(directory + ": interrupted while waiting for another writer", e);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    /** The lock, if nobody holds it. */
    private static Optional<DirectoryLock> locked(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            return Optional.empty();
        }
        Optional<FileChannel> channel = Optional.empty();
        try {
            channel = lockedChannel(directory.resolve(FILE));
        } finally {
            if (channel.isEmpty()) {
                HELD.remove(directory);
            }
        }
        return channel.map(open -> new DirectoryLock(directory, open));
    }

    private static Optional<FileChannel> lockedChannel(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            if (isTaken(channel)) {
                return Optional.empty();
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            locked = true;
            return Optional.of(channel);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /**
     * The process of this machine that writes in a directory, as far as its lock file says; a process that was killed
     * counts no longer.
     */
    public static Optional<ProcessHandle> holder(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            if (HELD.contains(directory.toRealPath())) {
                return Optional.of(ProcessHandle.current());
            }
            String text = Files.readString(file);
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
            return true; // by this process, which reached the directory by another mount
        }
    }

    @Override
    public void close() {
        try (channel) {
            channel.truncate(0);
        } catch (IOException e) {
            throw new IllegalStateException("a lock file cannot be closed", e);
        } finally {
            HELD.remove(directory);
        }
    }
}
