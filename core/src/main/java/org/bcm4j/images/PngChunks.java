package org.bcm4j.images;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.bcm4j.storage.UserException;

/** The chunks of a PNG file: each is its length, its type, that number of bytes, and a checksum of both. */
final class PngChunks {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int TYPE_BYTES = 4;
    private static final int HEAD_BYTES = Integer.BYTES + TYPE_BYTES;
    private static final int FRAME_BYTES = HEAD_BYTES + Integer.BYTES;

    /** Those that decide the pixels, and the last. */
    private static final Set<String> OF_PIXELS = Set.of("IHDR", "PLTE", "tRNS", "IDAT", "IEND");

    private PngChunks() {}

    static boolean isOne(byte[] encoded) {
        return encoded.length >= SIGNATURE.length
                && ByteBuffer.wrap(encoded, 0, SIGNATURE.length).equals(ByteBuffer.wrap(SIGNATURE));
    }

    /** Where the chunks begin that are there whole. */
    private static IntStream starts(byte[] encoded) {
        return IntStream.iterate(
                SIGNATURE.length, start -> end(encoded, start) <= encoded.length, start -> (int) end(encoded, start));
    }

    /** Where the chunk ends; beyond the end of the file if it is cut off. */
    private static long end(byte[] encoded, int start) {
        if (start > encoded.length - FRAME_BYTES) {
            return Long.MAX_VALUE;
        }
        return start + FRAME_BYTES + Integer.toUnsignedLong(length(encoded, start));
    }

    private static int length(byte[] encoded, int start) {
        return ByteBuffer.wrap(encoded).getInt(start);
    }

    private static String type(byte[] encoded, int start) {
        return new String(encoded, start + Integer.BYTES, TYPE_BYTES, StandardCharsets.ISO_8859_1);
    }

    /**
     * Rejects a file with a damaged chunk, because the Java platform's reader does not check it. A truncated file
     * passes here; the decoder rejects it.
     *
     * @param source the name of the picture in the error message
     * @throws UserException if a checksum is wrong
     */
    static void requireChecksums(byte[] encoded, String source) {
        starts(encoded).forEach(start -> {
            int length = TYPE_BYTES + length(encoded, start);
            CRC32 checksum = new CRC32();
            checksum.update(encoded, start + Integer.BYTES, length);
            if (ByteBuffer.wrap(encoded).getInt(start + Integer.BYTES + length) != (int) checksum.getValue()) {
                throw new UserException(source + " is damaged (wrong checksum of its chunk " + type(encoded, start)
                        + "); get the picture again");
            }
        });
    }

    /**
     * The same picture with the chunks of its pixels alone. The Java platform's reader unpacks texts and profiles too,
     * and these can be a thousand times larger than the file.
     */
    static byte[] withoutMetadata(byte[] encoded) {
        ByteBuffer pixels = ByteBuffer.allocate(encoded.length).put(SIGNATURE);
        int rest = SIGNATURE.length;
        for (int start : starts(encoded).toArray()) {
            rest = (int) end(encoded, start);
            if (OF_PIXELS.contains(type(encoded, start))) {
                pixels.put(encoded, start, rest - start);
            }
        }
        // The decoder finds that the rest is cut off.
        pixels.put(encoded, rest, encoded.length - rest);
        return Arrays.copyOf(pixels.array(), pixels.position());
    }

    /** The contents of the chunks of a type. */
    static Stream<ByteBuffer> contents(byte[] encoded, String type) {
        return starts(encoded)
                .filter(start -> type(encoded, start).equals(type))
                .mapToObj(start -> ByteBuffer.wrap(encoded, start + HEAD_BYTES, length(encoded, start)));
    }

    /** The number of frames that the chunk acTL announces, which the Java platform does not know; 1 if there is none. */
    static int announcedFrames(byte[] encoded) {
        return contents(encoded, "acTL")
                .filter(content -> content.remaining() >= Integer.BYTES)
                .mapToInt(ByteBuffer::getInt)
                .findFirst()
                .orElse(1);
    }
}
