package org.bcm4j.data.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes of a file from a place on. It knows where the next one is, which a buffered stream does not. */
final class FileBytes extends InputStream {
    private static final int AHEAD = 1 << 12;

    private final FileChannel channel;
    private final ByteBuffer ahead = ByteBuffer.allocate(AHEAD).limit(0);
    private long end;

    /** @param channel whose position is neither used nor changed */
    FileBytes(FileChannel channel, long start) {
        this.channel = channel;
        this.end = start;
    }

    /** Where in the file the next byte is. */
    long position() {
        return end - ahead.remaining();
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? Byte.toUnsignedInt(ahead.get()) : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (!ahead.hasRemaining() && length >= AHEAD) {
            int count = channel.read(ByteBuffer.wrap(target, offset, length), end);
            end += Math.max(0, count);
            return count;
        }
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(length, ahead.remaining());
        ahead.get(target, offset, count);
        return count;
    }

    private boolean hasMore() throws IOException {
        if (!ahead.hasRemaining()) {
            end += Math.max(0, channel.read(ahead.clear(), end));
            ahead.flip();
        }
        return ahead.hasRemaining();
    }
}
