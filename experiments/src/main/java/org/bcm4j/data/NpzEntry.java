package org.bcm4j.data;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.storage.UserException;

/** The bytes of one array in an open {@code .npz} file, with the checksum that zip keeps of them and Java does not compare by itself. */
final class NpzEntry implements AutoCloseable {
    static final String SUFFIX = ".npy";

    /** Deflate can not shrink below 1 : 1032; an entry that claims more lies about its size. */
    private static final long MAX_DEFLATE_RATIO = 1032;

    private final ZipEntry entry;
    private final String where;
    private final CheckedInputStream checked;
    private final ReadableByteChannel channel;

    private NpzEntry(ZipFile zip, ZipEntry entry, String where) throws IOException {
        this.entry = entry;
        this.where = where;
        checked = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
        channel = Channels.newChannel(checked);
    }

    /** @throws UserException if the entry is no array or lies about its size */
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

    /** Of the array, without {@code .npy}. */
    String name() {
        return entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
    }

    /** For messages. */
    String where() {
        return where;
    }

    /** Bytes, unpacked. */
    long size() {
        return entry.getSize();
    }

    /** From which the bytes are read, once. */
    ReadableByteChannel channel() {
        return channel;
    }

    /**
     * To be called when all bytes have been read.
     *
     * @throws UserException if they are not those that were written
     */
    void verify() {
        if (checked.getChecksum().getValue() != entry.getCrc()) {
            throw NpyHeader.broken(where, "its checksum differs from that of its content");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
