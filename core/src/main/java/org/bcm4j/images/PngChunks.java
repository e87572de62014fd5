package org.bcm4j.images;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.bcm4j.storage.UserException;

/** The chunks of a PNG file. Each ends with a checksum, which the Java platform's reader does not check. */
final class PngChunks {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int TYPE_BYTES = 4;

    private PngChunks() {}

    static boolean isOne(byte[] encoded) {
        return encoded.length >= SIGNATURE.length
                && ByteBuffer.wrap(encoded, 0, SIGNATURE.length).equals(ByteBuffer.wrap(SIGNATURE));
    }

    /**
     * Rejects a file with a damaged chunk. A truncated file passes here; the decoder rejects it.
     *
     * @param source the name of the picture in the error message
     * @throws UserException if a checksum is wrong
     */
    static void requireChecksums(byte[] encoded, String source) {
        ByteBuffer file = ByteBuffer.wrap(encoded).position(SIGNATURE.length);
        while (file.remaining() >= Integer.BYTES + TYPE_BYTES + Integer.BYTES) {
            int length = file.getInt();
            int start = file.position();
            if (length < 0 || length > file.remaining() - TYPE_BYTES - Integer.BYTES) {
                return;
            }
            CRC32 checksum = new CRC32();
            checksum.update(encoded, start, TYPE_BYTES + length);
            file.position(start + TYPE_BYTES + length);
            if (file.getInt() != (int) checksum.getValue()) {
                String type = new String(encoded, start, TYPE_BYTES, StandardCharsets.ISO_8859_1);
                throw new UserException(
                        source + " is damaged (wrong checksum of its chunk " + type + "); get the picture again");
            }
        }
    }
}
