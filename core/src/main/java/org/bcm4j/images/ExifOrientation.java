package org.bcm4j.images;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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

    /** Reads the tag from a file's content; upright if there is no readable tag. */
    static ExifOrientation of(byte[] encoded) {
        try {
            ExifIFD0Directory tags = ImageMetadataReader.readMetadata(new ByteArrayInputStream(encoded))
                    .getFirstDirectoryOfType(ExifIFD0Directory.class);
            Integer tag = tags == null ? null : tags.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
            return tag == null ? UPRIGHT : of(tag);
        } catch (ImageProcessingException | IOException | RuntimeException unreadable) {
            // An unreadable tag must not make a picture unreadable; its pixels have already been decoded.
            return UPRIGHT;
        }
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
