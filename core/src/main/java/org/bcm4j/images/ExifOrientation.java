package org.bcm4j.images;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The orientation of the camera: the Exif tag of the same name. Says how to move the pixels of the file so that the
 * picture is upright.
 *
 * @param transposed whether rows and columns are exchanged first
 * @param flippedDown whether the rows are then reversed
 * @param flippedAcross whether the columns are then reversed
 */
record ExifOrientation(boolean transposed, boolean flippedDown, boolean flippedAcross) {
    private static final ExifOrientation UPRIGHT = new ExifOrientation(false, false, false);

    /** JPEG, and some writers of other formats, put this in front of the Exif data. */
    private static final ByteBuffer PREAMBLE = ByteBuffer.wrap("Exif\0\0".getBytes(StandardCharsets.US_ASCII));

    /**
     * Reads the tag from a file's content; upright if there is none that can be read. Only the tag is read: other
     * metadata can be text that unpacks to gigabytes, or is nested without end.
     */
    static ExifOrientation of(byte[] encoded) {
        return metadata(encoded)
                .flatMap(content -> TiffFile.of(withoutPreamble(content.slice())).stream())
                .findFirst()
                .flatMap(TiffFile::orientation)
                .map(ExifOrientation::of)
                .orElse(UPRIGHT);
    }

    /** The parts of a file that can be Exif data. */
    private static Stream<ByteBuffer> metadata(byte[] encoded) {
        if (JpegHeader.isOne(encoded)) {
            return JpegHeader.metadata(encoded);
        }
        if (PngChunks.isOne(encoded)) {
            return PngChunks.contents(encoded, "eXIf");
        }
        return WebpFile.isOne(encoded) ? WebpFile.contents(encoded, "EXIF") : Stream.of(ByteBuffer.wrap(encoded));
    }

    private static ByteBuffer withoutPreamble(ByteBuffer content) {
        int length = PREAMBLE.remaining();
        boolean has = content.remaining() >= length && content.slice(0, length).equals(PREAMBLE);
        return has ? content.slice(length, content.remaining() - length) : content;
    }

    /** The eight orientations of Exif: 1 is upright, 3 upside down, 6 and 8 lie on a side, the others are mirrored. */
    private static ExifOrientation of(int tag) {
        return switch (tag) {
            case 2 -> new ExifOrientation(false, false, true);
            case 3 -> new ExifOrientation(false, true, true);
            case 4 -> new ExifOrientation(false, true, false);
            case 5 -> new ExifOrientation(true, false, false);
            case 6 -> new ExifOrientation(true, false, true);
            case 7 -> new ExifOrientation(true, true, true);
            case 8 -> new ExifOrientation(true, true, false);
            default -> UPRIGHT;
        };
    }

    /** Whether the pixels of the file are upright as they are. */
    boolean isUpright() {
        return equals(UPRIGHT);
    }

    /** The picture [C,H,W], upright. */
    Tensor upright(Tensor image) {
        Tensor turned = transposed ? image.transpose(1, 2) : image;
        turned = flippedDown ? turned.flip(1) : turned;
        turned = flippedAcross ? turned.flip(2) : turned;
        return turned.contiguous();
    }
}
