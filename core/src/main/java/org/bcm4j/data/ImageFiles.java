package org.bcm4j.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures in files: reads PNG (and what else the Java platform decodes: JPEG, GIF, BMP), writes PNG. Tensors are made
 * on the CPU and belong to the caller's {@link org.bcm4j.tensor.Scope}.
 */
public final class ImageFiles {
    /** 256 megapixels: beyond any picture that a model here takes, and small enough to decode. */
    private static final long MAX_PIXELS = 1L << 28;

    private ImageFiles() {}

    /**
     * Reads a picture. A grey one, also one whose palette holds only greys, has one channel, any other three: red,
     * green, blue. Samples of other than 8 bits are scaled to 0 to 255 and rounded. Transparency is composited on
     * white. Embedded colour profiles and gamma are not applied: the numbers are those in the file.
     *
     * @return uint8 [C,H,W]
     * @throws UserException if the file can not be read, is not a picture, or is larger than 256 megapixels
     */
    public static Tensor read(Path file) {
        byte[] encoded;
        try {
            encoded = Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        return decode(encoded, file.toString());
    }

    /**
     * {@link #read} from memory, such as an upload.
     *
     * @param source what to call the picture in an error
     * @throws UserException as {@link #read}
     */
    public static Tensor decode(byte[] encoded, String source) {
        RasterPixels pixels;
        try {
            pixels = RasterPixels.of(bufferedImage(encoded, source));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
            // The platform's decoders throw any of these at damaged files.
            throw new UserException(source + " is damaged and can not be decoded; export it again as PNG", e);
        }
        return HostTensors.ofBytes(pixels.values(), pixels.channels(), pixels.height(), pixels.width());
    }

    /**
     * Writes a PNG file, atomically: grey for one channel, RGB for three. For several images see {@link ImageGrid}.
     *
     * @param image [C,H,W] or [1,C,H,W] with C = 1 or 3; uint8, or floating point in [-1,1] (see {@link
     *     Pixels#toBytes})
     * @throws UserException if the file can not be written
     * @throws IllegalArgumentException if {@code image} has another shape or type
     */
    public static void writePng(Path file, Tensor image) {
        byte[] png = png(image);
        AtomicFile.write(file, out -> out.write(png));
    }

    /** The content of the file that {@link #writePng} writes. */
    public static byte[] png(Tensor image) {
        long[] shape = image.shape();
        if (shape.length == 4 && shape[0] == 1) {
            shape = Arrays.copyOfRange(shape, 1, 4);
        }
        if (shape.length != 3 || (shape[0] != 1 && shape[0] != 3) || image.numel() == 0) {
            throw new IllegalArgumentException(
                    "a picture has the shape [1 or 3,H,W], not " + Arrays.toString(image.shape()));
        }
        int height = Math.toIntExact(shape[1]);
        int width = Math.toIntExact(shape[2]);
        RasterPixels pixels = new RasterPixels(Pixels.bytes(image), (int) shape[0], height, width);
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(encoded)) {
            if (!ImageIO.write(pixels.toBufferedImage(), "png", out)) {
                throw new IllegalStateException("every Java platform writes PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return encoded.toByteArray();
    }

    private static BufferedImage bufferedImage(byte[] encoded, String source) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new UserException(source + " is not a picture in a known format; export it as PNG");
            }
            ImageReader reader = readers.next();
            try {
                // Not ignoring metadata: the transparent colour of a picture without alpha channel is part of it.
                reader.setInput(in, true, false);
                long width = reader.getWidth(0);
                long height = reader.getHeight(0);
                if (width * height > MAX_PIXELS) {
                    throw new UserException(
                            source + " is too large (" + width + " x " + height + " pixels); scale it down");
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        }
    }
}
