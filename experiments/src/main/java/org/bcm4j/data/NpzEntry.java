package org.bcm4j.data;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.storage.UserException;

/** The bytes of one array in an open {@code .npz} file, whose checksum is verified. */
final class NpzEntry implements AutoCloseable {
    static final String SUFFIX = ".npy";

    /** Deflate cannot compress better than 1 : 1032. An entry that claims more has a false size. */
    private static final long MAX_DEFLATE_RATIO = 1032;

    private final ZipEntry entry;
    private final String where;
    private final ReadableByteChannel channel;

    private NpzEntry(ZipFile zip, ZipEntry entry, String where) throws IOException {
        this.entry = entry;
        this.where = where;
        channel = Channels.newChannel(new ZipContent(zip.getInputStream(entry), entry));
    }

    /** @throws UserException if the entry is no array or has a false size */
    static NpzEntry open(Path file, ZipFile zip, ZipEntry entry) throws IOException {
        String where = file + ", entry " + entry.getName();
        if (!entry.getName().endsWith(SUFFIX)) {
            throw NpyHeader.broken(where, "it is not called *" + SUFFIX);
        }
        if (entry.getSize() / MAX_DEFLATE_RATIO > entry.getCompressedSize()) {
            throw NpyHeader.broken(where, "it claims an impossible size of " + entry.getSize() + " bytes");
        }
        return new NpzEntry(zip, entry, where);
    }

    /** The array's name without {@code .npy}. */
    String name() {
        return entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
    }

    /** The file and entry, for messages. */
    String where() {
        return where;
    }

    /** The unpacked size in bytes. */
    long size() {
        return entry.getSize();
    }

    /** The channel from which the bytes are read, once. Reading the last byte fails if the checksum is wrong. */
    ReadableByteChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
