package org.bcm4j.images;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Arrays;
import java.util.Optional;

/**
 * The pixels of one picture, between Java images and tensors: bytes [C,H,W], C = 1 (grey) or 3 (red, green, blue).
 * Values are read from and written to the raster, because {@link BufferedImage#getRGB} shifts the gamma of grey images.
 */
public final class RasterPixels {
    private static final int WHITE = 255;

    /** Numbers of more bits are of unknown range: scientific formats. */
    private static final int MOST_BITS = 16;

    private final byte[] values;
    private final int channels;
    private final int height;
    private final int width;

    public RasterPixels(byte[] values, int channels, int height, int width) {
        this.values = values;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /**
     * The picture blended with white, with every sample scaled to 0 to 255.
     *
     * @param transparent the samples of the transparent colour, in the raster's range; if present, an alpha channel is
     *     ignored
     * @throws IllegalArgumentException if the colours are neither grey nor RGB, or the samples are not whole numbers
     *     from 0, of at most 16 bits
     */
    static DecodedPicture of(BufferedImage image, Optional<int[]> transparent) {
        Raster raster = image.getRaster();
        ColorModel model = image.getColorModel();
        unreadable(image).ifPresent(why -> {
            throw new IllegalArgumentException("the picture " + why);
        });
        Optional<RasterPixels> opacity = transparent
                .map(colour -> unlike(raster, colour))
                .or(() -> model.hasAlpha() ? Optional.of(alpha(raster, model)) : Optional.empty());
        RasterPixels colours =
                model instanceof IndexColorModel palette ? ofPalette(raster, palette) : ofSamples(raster, model);
        opacity.ifPresent(known -> colours.layOnWhite(known, model.isAlphaPremultiplied()));
        return new DecodedPicture(colours, opacity);
    }

    /** Why a picture's samples cannot be read as levels of grey or RGB, and what to do; nothing if they can. */
    static Optional<String> unreadable(BufferedImage image) {
        ColorModel model = image.getColorModel();
        if (model.getNumColorComponents() == 4) {
            return Optional.of("is in CMYK colours, which are for printing; convert it to RGB");
        }
        int space = model.getColorSpace().getType();
        if (space != ColorSpace.TYPE_GRAY && space != ColorSpace.TYPE_RGB) {
            return Optional.of("is neither grey nor RGB; convert it to RGB");
        }
        int bits = Arrays.stream(model.getComponentSize()).max().orElse(0);
        if (bits > MOST_BITS) {
            return Optional.of(
                    "holds numbers of " + bits + " bits of unknown range; export it with 8 or 16 bits per channel");
        }
        int type = image.getRaster().getTransferType();
        boolean whole = type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT || type == DataBuffer.TYPE_INT;
        return whole ? Optional.empty() : Optional.of("holds negative or fractional numbers; export it as PNG");
    }

    private static RasterPixels alpha(Raster raster, ColorModel model) {
        RasterPixels pixels = blank(1, raster);
        int[] row = new int[pixels.width];
        for (int y = 0; y < pixels.height; y++) {
            if (model instanceof IndexColorModel palette) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, pixels.width, 1, 0, row);
                for (int x = 0; x < pixels.width; x++) {
                    pixels.set(0, y, x, row[x] < palette.getMapSize() ? palette.getAlpha(row[x]) : WHITE);
                }
            } else {
                readRow(raster, model, model.getNumColorComponents(), y, row);
                for (int x = 0; x < pixels.width; x++) {
                    pixels.set(0, y, x, row[x]);
                }
            }
        }
        return pixels;
    }

    /** Transparent where the first samples equal the given colour, opaque elsewhere. */
    private static RasterPixels unlike(Raster raster, int[] colour) {
        RasterPixels pixels = blank(1, raster);
        int[] samples = new int[raster.getNumBands()];
        int bands = colour.length;
        for (int y = 0; y < pixels.height; y++) {
            for (int x = 0; x < pixels.width; x++) {
                raster.getPixel(raster.getMinX() + x, raster.getMinY() + y, samples);
                pixels.set(0, y, x, Arrays.equals(samples, 0, bands, colour, 0, bands) ? 0 : WHITE);
            }
        }
        return pixels;
    }

    private static RasterPixels ofPalette(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[][] levels = new int[3][colours.length];
        boolean grey = true;
        for (int i = 0; i < colours.length; i++) {
            for (int c = 0; c < 3; c++) {
                levels[c][i] = (colours[i] >> (8 * (2 - c))) & 255;
            }
            boolean seen = colours[i] >>> 24 != 0;
            grey &= !seen || (levels[0][i] == levels[1][i] && levels[1][i] == levels[2][i]);
        }
        RasterPixels pixels = blank(grey ? 1 : 3, raster);
        int[] row = new int[pixels.width];
        for (int y = 0; y < pixels.height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, pixels.width, 1, 0, row);
            for (int x = 0; x < pixels.width; x++) {
                for (int c = 0; c < pixels.channels; c++) {
                    // A damaged file can refer to a colour outside its palette, which becomes white.
                    pixels.set(c, y, x, row[x] < colours.length ? levels[c][row[x]] : WHITE);
                }
            }
        }
        return pixels;
    }

    private static RasterPixels ofSamples(Raster raster, ColorModel model) {
        int colours = model.getNumColorComponents();
        RasterPixels pixels = blank(colours, raster);
        int[] samples = new int[pixels.width];
        for (int y = 0; y < pixels.height; y++) {
            for (int c = 0; c < colours; c++) {
                readRow(raster, model, c, y, samples);
                for (int x = 0; x < pixels.width; x++) {
                    pixels.set(c, y, x, samples[x]);
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
                row[x] = (int) (((row[x] & most) * 255L + most / 2) / most);
            }
        }
    }

    /** @param premultiplied whether the levels are already multiplied by their opacity */
    private void layOnWhite(RasterPixels opacity, boolean premultiplied) {
        int plane = height * width;
        for (int i = 0; i < values.length; i++) {
            int level = Byte.toUnsignedInt(values[i]);
            int alpha = Byte.toUnsignedInt(opacity.values[i % plane]);
            values[i] = (byte) (premultiplied ? Math.min(WHITE, level + WHITE - alpha) : onWhite(level, alpha));
        }
    }

    private static int onWhite(int level, int alpha) {
        return (level * alpha + WHITE * (255 - alpha) + 127) / 255;
    }

    private static RasterPixels blank(int channels, Raster raster) {
        int size = Math.multiplyExact(channels, raster.getWidth() * raster.getHeight());
        return new RasterPixels(new byte[size], channels, raster.getHeight(), raster.getWidth());
    }

    /** The picture with one channel if all channels are equal; otherwise itself. */
    RasterPixels greyIfEqual() {
        int plane = height * width;
        for (int c = 1; c < channels; c++) {
            if (!Arrays.equals(values, 0, plane, values, c * plane, (c + 1) * plane)) {
                return this;
            }
        }
        return new RasterPixels(Arrays.copyOf(values, plane), 1, height, width);
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

    public byte[] values() {
        return values;
    }

    public int channels() {
        return channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    private void set(int channel, int y, int x, int level) {
        values[(channel * height + y) * width + x] = (byte) level;
    }
}
