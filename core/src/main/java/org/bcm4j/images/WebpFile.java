package org.bcm4j.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bcm4j.storage.UserException;

/** The container of WebP pictures: chunks, each with a name of four letters, a length and that number of bytes. */
final class WebpFile {
    private static final int HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;

    /** The flag for a profile, in the first byte of the chunk VP8X. */
    private static final int PROFILE_FLAG = 0x20;

    private WebpFile() {}

    static boolean isOne(byte[] encoded) {
        return encoded.length >= HEADER_BYTES
                && name(encoded, 0).equals("RIFF")
                && name(encoded, 8).equals("WEBP");
    }

    /**
     * The same picture without its colour profile, which the reader would apply.
     *
     * @throws UserException if the file is shorter than it says; the reader would treat missing data as black
     */
    static byte[] withoutProfile(byte[] encoded, String source) {
        byte[] plain = encoded.clone();
        ByteBuffer content = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
        long end = CHUNK_HEADER_BYTES + Integer.toUnsignedLong(content.getInt(4));
        if (end > encoded.length) {
            throw new UserException(
                    source + " is cut off: it has " + encoded.length + " of " + end + " bytes; get the picture again");
        }
        long at = HEADER_BYTES;
        while (at + CHUNK_HEADER_BYTES <= encoded.length) {
            int chunk = (int) at;
            String name = name(encoded, chunk);
            if (name.equals("VP8X") && chunk + CHUNK_HEADER_BYTES < encoded.length) {
                plain[chunk + CHUNK_HEADER_BYTES] &= (byte) ~PROFILE_FLAG;
            } else if (name.equals("ICCP")) {
                System.arraycopy("none".getBytes(StandardCharsets.US_ASCII), 0, plain, chunk, 4);
            }
            // Chunks are padded to even lengths.
            long length = Integer.toUnsignedLong(content.getInt(chunk + 4));
            at += CHUNK_HEADER_BYTES + length + length % 2;
        }
        return plain;
    }

    private static String name(byte[] encoded, int at) {
        return new String(encoded, at, 4, StandardCharsets.ISO_8859_1);
    }
}
