package org.bcm4j.images;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Puts together PNG files of every kind by hand, so that the reader is tested against the format and not against the
 * platform's writer.
 */
final class PngBuilder {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GREY_ALPHA = 4;
    static final int RGB_ALPHA = 6;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PngBuilder(int width, int height, int bitDepth, int colourType) {
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        chunk("IHDR", header.put((byte) bitDepth).put((byte) colourType).array());
    }

    PngBuilder chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        ByteBuffer chunk = ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(name)
                .put(data);
        out.writeBytes(chunk.putInt((int) crc.getValue()).array());
        return this;
    }

    PngBuilder chunk(String type, int... data) {
        return chunk(type, bytes(data));
    }

    /** Ends the file with its rows, each beginning with its filter (0 for none). */
    byte[] rows(int... data) {
        Deflater deflater = new Deflater();
        deflater.setInput(bytes(data));
        deflater.finish();
        byte[] buffer = new byte[data.length + 64];
        int length = deflater.deflate(buffer);
        deflater.end();
        chunk("IDAT", Arrays.copyOf(buffer, length));
        chunk("IEND", new byte[0]);
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
