package org.bcm4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.storage.UserException;

/**
 * The bytes of one array in an open {@code .npz} file, with the zip entry's checksum, which Java does not verify
 * itself.
 */
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
        channel = Channels.newChannel(new VerifiedContent(zip.getInputStream(entry)));
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

    /** Compares the entry's checksum with that of the bytes, once all of them have been read. */
    private final class VerifiedContent extends CheckedInputStream {
        private long read;

        VerifiedContent(InputStream content) {
            super(content, new CRC32());
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            count(Math.max(0, count));
            return count;
        }

        private void count(int bytes) {
            read += bytes;
            if (read == size() && getChecksum().getValue() != entry.getCrc()) {
                throw NpyHeader.broken(where, "its checksum differs from that of its content");
            }
        }
    }
}
