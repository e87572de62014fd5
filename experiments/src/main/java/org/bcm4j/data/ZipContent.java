package org.bcm4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/**
 * The content of an entry of a zip file. Reading its end fails if its length or its checksum is not that of the entry,
 * which Java's and other readers do not verify themselves.
 */
public final class ZipContent extends CheckedInputStream {
    private final ZipEntry entry;
    private long read;

    /** @param content unpacked */
    public ZipContent(InputStream content, ZipEntry entry) {
        super(content, new CRC32());
        this.entry = entry;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        verify(value < 0 ? -1 : 1);
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        verify(count);
        return count;
    }

    /** @param count of bytes that were read; -1 at the end */
    private void verify(int count) throws IOException {
        read += Math.max(0, count);
        if (count < 0 || read >= entry.getSize()) {
            if (read != entry.getSize()) {
                throw new ZipException("its entry " + entry.getName() + " has another length than the archive says");
            }
            if (getChecksum().getValue() != entry.getCrc()) {
                throw new ZipException("its entry " + entry.getName() + " has another checksum than the archive says");
            }
        }
    }
}
