package org.bcm4j.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The framing of TensorFlow's record files, which TensorBoard reads: length (8 bytes, little-endian), masked CRC of the
 * length, data, masked CRC of the data.
 */
final class EventFile {
    private static final int FRAME_BYTES = Long.BYTES + 2 * Integer.BYTES;
    private static final int MASK_DELTA = 0xa282ead8;

    private EventFile() {}

    /** Writes one record in a single call, so that a reader never waits for the rest of it. */
    static void append(OutputStream out, byte[] data) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES + data.length).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(maskedChecksum(frame.array(), Long.BYTES));
        frame.put(data);
        frame.putInt(maskedChecksum(data, data.length));
        out.write(frame.array());
    }

    /** CRC-32C, rotated and shifted, because a checksum of data that contains checksums would be weak. */
    private static int maskedChecksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }
}
