package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * The values of a folder with an LMDB environment, in the order of their keys. The file is mapped to be read only, and
 * nothing is written into the folder, no lock either; so no other process may write to it meanwhile. Opening it reads
 * all keys, but no values; a key and the place of its value take about 120 bytes of memory. Thread-safe.
 */
final class LmdbFolder implements AutoCloseable {
    /** The file of the environment. */
    static final String FILE = "data.mdb";

    private final Path folder;
    private final Path file;
    private final Env<MappedBytes> environment;
    private final Txn<MappedBytes> reading;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<MappedBytes> values = new ArrayList<>();

    /** Reading what is no longer mapped would end the process. */
    private final ReadWriteLock mapped = new ReentrantReadWriteLock();

    private boolean open = true;

    private LmdbFolder(Path folder, Env<MappedBytes> environment) {
        this.folder = folder;
        this.file = folder.resolve(FILE);
        this.environment = environment;
        boolean begun = false;
        try {
            this.reading = environment.txnRead();
            begun = true;
        } finally {
            if (!begun) {
                environment.close();
            }
        }
    }

    static boolean isOne(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /**
     * Opens a folder.
     *
     * @throws UserException if its file cannot be read, is none of LMDB's, is cut off, or holds nothing
     */
    static LmdbFolder open(Path folder) {
        Path file = folder.resolve(FILE);
        ForeignContent.refuse(file);
        try {
            long size = requireContent(file);
            LmdbFolder opened = new LmdbFolder(
                    folder,
                    Env.create(new MappedBytes.Proxy())
                            .setMapSize(size)
                            .open(folder.toFile(), EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOLOCK));
            opened.indexOrClose(size);
            return opened;
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        } catch (LmdbException e) {
            throw new UserException(
                    file + ": is not a file of LMDB that can be read here (" + reason(e) + "); fetch or write it again",
                    e);
        } catch (LinkageError e) {
            throw new UserException(
                    file + ": LMDB's library cannot be loaded on this machine (" + reason(e)
                            + "); write the pictures into a folder or into tar files",
                    e);
        }
    }

    private static String reason(Throwable failure) {
        String message = Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
        return message.lines().findFirst().orElse(message);
    }

    /** Also tells what LMDB's own message would hide. */
    private static long requireContent(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() == 0) {
                throw new UserException(file + ": is empty (0 bytes); fetch it again");
            }
            return channel.size();
        }
    }

    private void indexOrClose(long size) {
        boolean complete = false;
        try {
            index(size);
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private void index(long size) {
        long wanted = (environment.info().lastPageNumber + 1) * environment.stat().pageSize;
        if (size < wanted) {
            // Found out by reading, it would end the process.
            throw new UserException(
                    file + ": ends too early: it has " + size + " of " + wanted + " bytes; fetch it again");
        }
        Dbi<MappedBytes> database = environment.openDbi(reading, null, null, false);
        try (Cursor<MappedBytes> cursor = database.openCursor(reading)) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                keys.add(cursor.key().copy());
                values.add(cursor.val());
            }
        }
        if (keys.isEmpty()) {
            throw new UserException(file + ": holds no entries; give another folder");
        }
    }

    Path folder() {
        return folder;
    }

    Path file() {
        return file;
    }

    int size() {
        return keys.size();
    }

    /** The key as text, or in hexadecimal digits if it is none. */
    String key(int index) {
        byte[] key = keys.get(index);
        for (byte letter : key) {
            if (letter <= ' ' || letter > '~') {
                return "0x" + HexFormat.of().formatHex(key);
            }
        }
        return new String(key, StandardCharsets.US_ASCII);
    }

    byte[] value(int index) {
        mapped.readLock().lock();
        try {
            if (!open) {
                throw new IllegalStateException(file + " has been closed");
            }
            return values.get(index).copy();
        } finally {
            mapped.readLock().unlock();
        }
    }

    @Override
    public void close() {
        mapped.writeLock().lock();
        try {
            if (open) {
                open = false;
                reading.close();
                environment.close();
            }
        } finally {
            mapped.writeLock().unlock();
        }
    }
}
