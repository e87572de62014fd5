package org.bcm4j.images;

import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageReader;
import org.bcm4j.storage.UserException;

/**
 * Decodes JPEG pictures to the values of libjpeg, and thus of nearly every other program. The Java platform's reader is
 * a libjpeg and supplies the stored samples. Their colours are converted here, because the reader itself applies
 * embedded profiles and interprets the colours of some files differently from libjpeg.
 */
final class JpegDecoder {
    private static final String CUT_OFF = "Truncated File";
    private static final String DAMAGE = "Corrupt JPEG data";

    /** Stray bytes between markers, as some cameras write them, damage no pixel. */
    private static final String HARMLESS = "extraneous bytes before marker";

    private static final int FRACTION_BITS = 16;
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    // The factors of JFIF, such as 1.402, in units of 2^-16, as in libjpeg.
    private static final int CR_TO_RED = 91881;
    private static final int CB_TO_BLUE = 116130;
    private static final int CB_TO_GREEN = -22554;
    private static final int CR_TO_GREEN = -46802;

    private JpegDecoder() {}

    /**
     * Decodes the picture.
     *
     * @param reader the Java platform's reader, with the file as its input
     * @param encoded the file's content
     * @throws UserException if the file is truncated or damaged, or is in print colours
     */
    static RasterPixels decode(ImageReader reader, byte[] encoded, String source) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
        Raster raster = reader.readRaster(0, null);
        if (warnings.stream().anyMatch(warning -> warning.startsWith(CUT_OFF))) {
            throw new UserException(source + " is cut off: it ends before its last row; get the picture again");
        }
        Optional<String> damage = warnings.stream()
                .filter(warning -> warning.startsWith(DAMAGE) && !warning.contains(HARMLESS))
                .findFirst();
        if (damage.isPresent()) {
            throw new UserException(source + " is damaged (" + damage.get() + "); get the picture again");
        }
        int bands = raster.getNumBands();
        if (bands != 1 && bands != 3) {
            throw new UserException(source
                    + (bands == 4
                            ? " is a JPEG in CMYK colours, which are for printing; convert it to RGB"
                            : " is a JPEG of " + bands + " channels; export it as PNG"));
        }
        RasterPixels stored = new RasterPixels(planes(raster), bands, raster.getHeight(), raster.getWidth());
        if (bands == 3) {
            JpegHeader header = JpegHeader.of(encoded);
            for (int c = 0; c < bands; c++) {
                if (header.halvesRowsOnly(c)) {
                    smoothRepeatedRows(stored, c);
                }
            }
            if (header.isYCbCr()) {
                toRgb(stored.values());
            }
        }
        return stored;
    }

    private static byte[] planes(Raster raster) {
        int width = raster.getWidth();
        byte[] planes = new byte[Math.multiplyExact(raster.getNumBands(), width * raster.getHeight())];
        int[] row = new int[width];
        int at = 0;
        for (int band = 0; band < raster.getNumBands(); band++) {
            for (int y = 0; y < raster.getHeight(); y++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, row);
                for (int x = 0; x < width; x++) {
                    planes[at++] = (byte) row[x];
                }
            }
        }
        return planes;
    }

    /**
     * Interpolates rows that the decoder has repeated. The libjpeg of some Java platforms dates from 1998 and repeats
     * rows; later versions interpolate, with 3/4 of a row and 1/4 of the nearer neighbour. If the rows are not
     * repeated, nothing changes.
     */
    private static void smoothRepeatedRows(RasterPixels picture, int channel) {
        int width = picture.width();
        int height = picture.height();
        byte[] stored = picture.values().clone();
        int first = channel * height * width;
        for (int y = 0; y + 1 < height; y += 2) {
            for (int x = 0; x < width; x++) {
                int at = first + y * width + x;
                if (stored[at] != stored[at + width]) {
                    return;
                }
            }
        }
        for (int y = 0; y < height; y++) {
            boolean upper = y % 2 == 0;
            int neighbour = Math.max(0, Math.min(height - 1, upper ? y - 1 : y + 1));
            for (int x = 0; x < width; x++) {
                int at = first + y * width + x;
                int near = Byte.toUnsignedInt(stored[at]);
                int far = Byte.toUnsignedInt(stored[first + neighbour * width + x]);
                picture.values()[at] = (byte) ((3 * near + far + (upper ? 1 : 2)) >> 2);
            }
        }
    }

    /** Converts luma and two colour differences, plane by plane, to red, green and blue. */
    private static void toRgb(byte[] planes) {
        int plane = planes.length / 3;
        for (int i = 0; i < plane; i++) {
            int luma = Byte.toUnsignedInt(planes[i]);
            int cb = Byte.toUnsignedInt(planes[plane + i]) - 128;
            int cr = Byte.toUnsignedInt(planes[2 * plane + i]) - 128;
            planes[i] = level(luma + ((CR_TO_RED * cr + HALF) >> FRACTION_BITS));
            planes[plane + i] = level(luma + ((CB_TO_GREEN * cb + CR_TO_GREEN * cr + HALF) >> FRACTION_BITS));
            planes[2 * plane + i] = level(luma + ((CB_TO_BLUE * cb + HALF) >> FRACTION_BITS));
        }
    }

    private static byte level(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
