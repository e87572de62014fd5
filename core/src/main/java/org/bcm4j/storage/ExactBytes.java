package org.bcm4j.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;

/** Reads exactly as many bytes as are wanted, where a channel can give fewer at a time. */
public final class ExactBytes {
    private ExactBytes() {}

    /** One reading of a channel into a buffer; -1 at the end. */
    private interface Reading {
        int into(ByteBuffer buffer) throws IOException;
    }

    /**
     * The next bytes of a channel.
     *
     * @throws EOFException if it ends before
     */
    public static ByteBuffer next(ReadableByteChannel channel, int count) throws IOException {
        return read(channel::read, count);
    }

    /**
     * The bytes at a place of a file. The position of the channel is neither used nor changed.
     *
     * @throws EOFException if the file ends before
     */
    public static ByteBuffer at(FileChannel channel, long start, int count) throws IOException {
        return read(buffer -> channel.read(buffer, start + buffer.position()), count);
    }

    private static ByteBuffer read(Reading reading, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (reading.into(buffer) < 0) {
                throw new EOFException(buffer.position() + " bytes in place of " + count);
            }
        }
        return buffer.flip();
    }
}
