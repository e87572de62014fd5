package org.bcm4j.images;

import static org.bcm4j.tensor.Ops.scalar;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.IIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads PNG, JPEG, WebP, TIFF, GIF and BMP files; writes PNG, JPEG and animated GIF. Tensors are created on the CPU and
 * belong to the caller's {@link org.bcm4j.tensor.Scope}.
 */
public final class ImageFiles {
    /** The file extensions of pictures, in alphabetical order. */
    public static final List<String> ENDINGS =
            List.of("bmp", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "tif", "tiff", "webp");

    /** The smallest level that is nearer to 255 than to 0. */
    private static final long HALF = 128;

    /** A file is read into one array, which has a limit of about this. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 8;

    private ImageFiles() {}

    /** Whether a file name has the extension of a picture. */
    public static boolean isPicture(String file) {
        return ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /**
     * A picture from a file.
     *
     * @param pixels uint8 [C,H,W], as {@link #read}
     * @param opacity uint8 [1,H,W], 0 (transparent) to 255 (opaque); absent if the file has no transparency
     */
    public record Picture(Tensor pixels, Optional<Tensor> opacity) {
        /**
         * Where the picture is white, bool [1,H,W]: every channel is nearer to white than to black, and the pixel is
         * nearer to opaque than to transparent.
         */
        public Tensor white() {
            Tensor bright = pixels.ge(scalar(HALF)).all(0, true);
            return opacity.map(alpha -> bright.logical_and(alpha.ge(scalar(HALF))))
                    .orElse(bright);
        }
    }

    /**
     * Reads a picture. A grey picture, or one with a grey palette, has one channel. Any other has three: red, green,
     * blue. Samples that do not have 8 bits are scaled to 0 to 255 and rounded. Transparent pixels are blended with
     * white. The Exif orientation is applied. Embedded colour profiles and gamma are not applied: the values are those
     * in the file, or for JPEG those of libjpeg.
     *
     * @return uint8 [C,H,W]
     * @throws UserException if the file cannot be read, is not a picture, is damaged or truncated, is animated or has
     *     several pages, is in print colours (CMYK), or is larger than 256 megapixels or 2 GiB
     */
    public static Tensor read(Path file) {
        return readPicture(file).pixels();
    }

    /**
     * Reads a picture and the opacity of its pixels.
     *
     * @throws UserException as {@link #read}
     */
    public static Picture readPicture(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new UserException(file + " is a pipe or a device, not a file; save the picture to a file first");
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UserException(file + " is larger than 2 GiB, too large for a picture; export it again");
            }
            return decodePicture(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /**
     * Reads a picture from memory, such as an upload, as {@link #read} does.
     *
     * @param source the name of the picture in an error message
     * @throws UserException as {@link #read}
     */
    public static Tensor decode(byte[] encoded, String source) {
        return decodePicture(encoded, source).pixels();
    }

    /**
     * Width and height of a picture in memory as it would be decoded, but for its Exif orientation. They come from its
     * header: little memory is taken, whatever it claims.
     *
     * @param source the name of the picture in an error message
     * @return nothing if it is not in a known format
     * @throws UserException if it is damaged
     */
    public static Optional<Dimension> size(byte[] encoded, String source) {
        try {
            return PictureDecoder.size(encoded);
        } catch (IOException | RuntimeException e) {
            throw damaged(source, e);
        }
    }

    /**
     * Reads a picture from memory, as {@link #decode} does, without a tensor. For the many pictures of a data set.
     *
     * @param source the name of the picture in an error message
     * @throws UserException as {@link #read}
     */
    public static RasterPixels decodePixels(byte[] encoded, String source) {
        DecodedPicture stored = stored(encoded, source);
        ExifOrientation orientation = ExifOrientation.of(encoded);
        if (orientation.isUpright()) {
            return stored.colours();
        }
        try (Scope scope = Scope.open()) {
            return rasterPixels(orientation.upright(tensor(stored.colours())));
        }
    }

    /**
     * Converts a picture in memory, as {@link #read} converts files.
     *
     * @throws IllegalArgumentException if its colours are neither grey nor RGB, or its samples are not whole numbers from
     *     0, of at most 16 bits
     */
    public static Picture of(BufferedImage image) {
        DecodedPicture picture = RasterPixels.of(image, Optional.empty());
        return new Picture(tensor(picture.colours()), picture.opacity().map(ImageFiles::tensor));
    }

    /**
     * Reads a picture from memory, as {@link #decode} does, and the opacity of its pixels.
     *
     * @param source the name of the picture in an error message
     * @throws UserException as {@link #read}
     */
    public static Picture decodePicture(byte[] encoded, String source) {
        DecodedPicture stored = stored(encoded, source);
        ExifOrientation orientation = ExifOrientation.of(encoded);
        // The orientation applies to the opacity too.
        return new Picture(
                orientation.upright(tensor(stored.colours())),
                stored.opacity().map(opacity -> orientation.upright(tensor(opacity))));
    }

    private static DecodedPicture stored(byte[] encoded, String source) {
        try {
            return PictureDecoder.decode(encoded, source);
        } catch (UserException e) {
            throw e;
        } catch (IIOException e) {
            String why = String.valueOf(e.getMessage());
            if (why.toLowerCase(Locale.ROOT).contains("unsupported")) {
                throw new UserException(
                        source + " has an encoding that is not supported (" + why + "); export it as PNG", e);
            }
            throw damaged(source, e);
        } catch (IOException | RuntimeException e) {
            // The decoders throw many kinds of exceptions on damaged files.
            throw damaged(source, e);
        }
    }

    private static UserException damaged(String source, Exception cause) {
        return new UserException(source + " is damaged and cannot be decoded; export it again as PNG", cause);
    }

    private static Tensor tensor(RasterPixels pixels) {
        return HostTensors.ofBytes(pixels.values(), pixels.channels(), pixels.height(), pixels.width());
    }

    /**
     * Writes a PNG file, atomically: grey for one channel, RGB for three. For several images see {@link ImageGrid}.
     *
     * @param image [C,H,W] or [1,C,H,W] with C = 1 or 3; uint8, or floating point in [-1,1] (see
     *     {@link Pixels#toBytes})
     * @throws UserException if the file cannot be written
     * @throws IllegalArgumentException if {@code image} has another shape or type
     */
    public static void writePng(Path file, Tensor image) {
        byte[] png = png(image);
        AtomicFile.write(file, out -> out.write(png));
    }

    /**
     * An image as a Java picture, of type {@code TYPE_BYTE_GRAY} for one channel and {@code TYPE_INT_RGB} for three.
     *
     * @param image as for {@link #writePng}
     */
    public static BufferedImage bufferedImage(Tensor image) {
        return rasterPixels(image).toBufferedImage();
    }

    /** The content of the file that {@link #writePng} writes. */
    public static byte[] png(Tensor image) {
        BufferedImage pixels = rasterPixels(image).toBufferedImage();
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(encoded)) {
            if (!ImageIO.write(pixels, "png", out)) {
                throw new IllegalStateException("every Java platform writes PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return encoded.toByteArray();
    }

    /**
     * An image after JPEG compression: written at the given quality and read again.
     *
     * @param image as {@link #writePng}
     * @param quality from 1 to 100, on the usual JPEG scale
     * @return uint8 [C,H,W]
     */
    public static Tensor throughJpeg(Tensor image, int quality) {
        if (quality < 1 || quality > 100) {
            throw new IllegalArgumentException("the quality of a JPEG must be from 1 to 100, not " + quality);
        }
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(encoded)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(quality / 100f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(rasterPixels(image).toBufferedImage(), null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        } finally {
            writer.dispose();
        }
        return decode(encoded.toByteArray(), "a JPEG in memory");
    }

    /**
     * Writes an animation that repeats endlessly, atomically. GIF has at most 256 colours; grey images keep their
     * levels.
     *
     * @param frames [N,C,H,W] with N ≥ 1, C = 1 or 3; uint8, or floating point in [-1,1]
     * @param seconds how long a frame is shown, rounded to hundredths
     * @throws UserException if the file cannot be written
     */
    public static void writeGif(Path file, Tensor frames, double seconds) {
        List<BufferedImage> images = new ArrayList<>();
        for (int i = 0; i < frames.size(0); i++) {
            images.add(rasterPixels(frames.select(0, i)).toBufferedImage());
        }
        byte[] gif = GifAnimation.encode(images, seconds);
        AtomicFile.write(file, out -> out.write(gif));
    }

    private static RasterPixels rasterPixels(Tensor image) {
        long[] shape = image.shape();
        if (shape.length == 4 && shape[0] == 1) {
            shape = Arrays.copyOfRange(shape, 1, 4);
        }
        if (shape.length != 3 || (shape[0] != 1 && shape[0] != 3) || image.numel() == 0) {
            throw new IllegalArgumentException(
                    "a picture has the shape [1 or 3,H,W], not " + Arrays.toString(image.shape()));
        }
        return new RasterPixels(
                Pixels.bytes(image), (int) shape[0], Math.toIntExact(shape[1]), Math.toIntExact(shape[2]));
    }
}
