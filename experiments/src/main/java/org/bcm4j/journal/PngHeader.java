package org.bcm4j.journal;

import java.nio.ByteBuffer;

/**
 * The picture's properties in the header of a PNG file.
 *
 * @param width in pixels
 * @param height in pixels
 * @param channels 1 grey, 2 grey with alpha, 3 colour, 4 colour with alpha
 */
record PngHeader(int width, int height, int channels) {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int WIDTH_OFFSET = 16;
    private static final int COLOUR_TYPE_OFFSET = 25;

    /** @throws IllegalArgumentException if the bytes are no PNG file */
    static PngHeader of(byte[] png) {
        ByteBuffer head = ByteBuffer.wrap(png);
        if (png.length <= COLOUR_TYPE_OFFSET || head.getLong(0) != SIGNATURE) {
            throw new IllegalArgumentException("the picture is not a PNG file");
        }
        int channels = switch (png[COLOUR_TYPE_OFFSET]) {
            case 0 -> 1;
            case 4 -> 2;
            case 6 -> 4;
            default -> 3; // colour, or a palette of colours
        };
        return new PngHeader(head.getInt(WIDTH_OFFSET), head.getInt(WIDTH_OFFSET + Integer.BYTES), channels);
    }
}
