package org.bcm4j.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Arrays;

/**
 * The pixels of one picture, between the platform's images and tensors: bytes [C,H,W], C = 1 (grey) or 3 (red, green,
 * blue). All values come from and go to the raster, because {@link BufferedImage#getRGB} shifts the gamma of grey
 * images.
 */
final class RasterPixels {
    private static final int WHITE = 255;

    private final byte[] values;
    private final int channels;
    private final int height;
    private final int width;

    RasterPixels(byte[] values, int channels, int height, int width) {
        this.values = values;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /** The picture on a white ground, every sample scaled to 0 to 255. */
    static RasterPixels of(BufferedImage image) {
        return image.getColorModel() instanceof IndexColorModel palette
                ? ofPalette(image.getRaster(), palette)
                : ofSamples(image.getRaster(), image.getColorModel());
    }

    /** How opaque the pixels of a picture with an alpha channel are, as one channel of 0 to 255. */
    static RasterPixels opacity(BufferedImage image) {
        RasterPixels pixels = blank(1, image.getRaster());
        for (int y = 0; y < pixels.height; y++) {
            for (int x = 0; x < pixels.width; x++) {
                pixels.set(0, y, x, image.getRGB(x, y) >>> 24);
            }
        }
        return pixels;
    }

    private static RasterPixels ofPalette(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[][] levels = new int[3][colours.length];
        for (int i = 0; i < colours.length; i++) {
            int alpha = colours[i] >>> 24;
            for (int c = 0; c < 3; c++) {
                levels[c][i] = onWhite((colours[i] >> (8 * (2 - c))) & 255, alpha);
            }
        }
        boolean grey = Arrays.equals(levels[0], levels[1]) && Arrays.equals(levels[1], levels[2]);
        RasterPixels pixels = blank(grey ? 1 : 3, raster);
        int[] row = new int[pixels.width];
        for (int y = 0; y < pixels.height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, pixels.width, 1, 0, row);
            for (int x = 0; x < pixels.width; x++) {
                for (int c = 0; c < pixels.channels; c++) {
                    // A damaged file may name a colour that its palette lacks: white, then.
                    pixels.set(c, y, x, row[x] < colours.length ? levels[c][row[x]] : WHITE);
                }
            }
        }
        return pixels;
    }

    private static RasterPixels ofSamples(Raster raster, ColorModel model) {
        int colours = model.getNumColorComponents();
        if (colours != 1 && colours != 3) {
            throw new IllegalArgumentException(colours + " colour components");
        }
        RasterPixels pixels = blank(colours, raster);
        int[] samples = new int[pixels.width];
        int[] alpha = new int[pixels.width];
        Arrays.fill(alpha, WHITE);
        for (int y = 0; y < pixels.height; y++) {
            if (model.hasAlpha()) {
                readRow(raster, model, colours, y, alpha);
            }
            for (int c = 0; c < colours; c++) {
                readRow(raster, model, c, y, samples);
                for (int x = 0; x < pixels.width; x++) {
                    pixels.set(c, y, x, onWhite(samples[x], alpha[x]));
                }
            }
        }
        return pixels;
    }

    private static void readRow(Raster raster, ColorModel model, int band, int y, int[] row) {
        raster.getSamples(raster.getMinX(), raster.getMinY() + y, row.length, 1, band, row);
        int bits = model.getComponentSize(band);
        if (bits != 8) {
            long most = (1L << bits) - 1;
            for (int x = 0; x < row.length; x++) {
                row[x] = (int) ((row[x] * 255L + most / 2) / most);
            }
        }
    }

    private static int onWhite(int level, int alpha) {
        return (level * alpha + WHITE * (255 - alpha) + 127) / 255;
    }

    private static RasterPixels blank(int channels, Raster raster) {
        int size = Math.multiplyExact(channels, raster.getWidth() * raster.getHeight());
        return new RasterPixels(new byte[size], channels, raster.getHeight(), raster.getWidth());
    }

    BufferedImage toBufferedImage() {
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
        BufferedImage image = new BufferedImage(width, height, type);
        WritableRaster raster = image.getRaster();
        int[] row = new int[width];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    row[x] = Byte.toUnsignedInt(values[(c * height + y) * width + x]);
                }
                raster.setSamples(0, y, width, 1, c, row);
            }
        }
        return image;
    }

    byte[] values() {
        return values;
    }

    int channels() {
        return channels;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    private void set(int channel, int y, int x, int level) {
        values[(channel * height + y) * width + x] = (byte) level;
    }
}
