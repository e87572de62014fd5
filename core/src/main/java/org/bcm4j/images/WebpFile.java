package org.bcm4j.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
        long end = CHUNK_HEADER_BYTES + length(encoded, 0);
        if (end > encoded.length) {
            throw new UserException(
                    source + " is cut off: it has " + encoded.length + " of " + end + " bytes; get the picture again");
        }
        chunks(encoded).forEach(at -> {
            String name = name(encoded, at);
            if (name.equals("VP8X") && at + CHUNK_HEADER_BYTES < encoded.length) {
                plain[at + CHUNK_HEADER_BYTES] &= (byte) ~PROFILE_FLAG;
            } else if (name.equals("ICCP")) {
                System.arraycopy("none".getBytes(StandardCharsets.US_ASCII), 0, plain, at, 4);
            }
        });
        return plain;
    }

    /** The contents of the chunks of a name, as far as they are there. */
    static Stream<ByteBuffer> contents(byte[] encoded, String name) {
        return chunks(encoded).filter(at -> name(encoded, at).equals(name)).mapToObj(at -> {
            int start = at + CHUNK_HEADER_BYTES;
            return ByteBuffer.wrap(encoded, start, (int) Math.min(length(encoded, at), encoded.length - start));
        });
    }

    /** Where the chunks begin. */
    private static IntStream chunks(byte[] encoded) {
        return IntStream.iterate(HEADER_BYTES, at -> at <= encoded.length - CHUNK_HEADER_BYTES, at -> {
            // Chunks are padded to even lengths.
            long length = length(encoded, at);
            return (int) Math.min(encoded.length, at + CHUNK_HEADER_BYTES + length + length % 2);
        });
    }

    private static long length(byte[] encoded, int at) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).getInt(at + 4));
    }

    private static String name(byte[] encoded, int at) {
        return new String(encoded, at, 4, StandardCharsets.ISO_8859_1);
    }
}
