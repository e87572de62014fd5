package org.bcm4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.zip.CRC32;

/** The bytes of a zip entry and their checksum. */
final class EntryChannel implements ReadableByteChannel {
    /** Large enough to make the cost of system calls negligible, small enough to stay in the processor's cache. */
    private static final int PIECE_BYTES = 1 << 16;

    private final InputStream in;
    private final byte[] piece = new byte[PIECE_BYTES];
    private final CRC32 checksum = new CRC32();

    EntryChannel(InputStream in) {
        this.in = in;
    }

    /** CRC-32 of the bytes read so far. */
    long checksum() {
        return checksum.getValue();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = in.read(piece, 0, Math.min(piece.length, target.remaining()));
        if (count > 0) {
            checksum.update(piece, 0, count);
            target.put(piece, 0, count);
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
