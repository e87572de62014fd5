package org.bcm4j.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.w3c.dom.NodeList;

/**
 * Pictures in files: reads PNG (and what else the Java platform decodes: JPEG, GIF, BMP), writes PNG, JPEG and animated GIF. Tensors are
 * made on the CPU and belong to the caller's {@link org.bcm4j.tensor.Scope}.
 */
public final class ImageFiles {
    /** 256 megapixels: beyond any picture that a model here takes, and small enough to decode. */
    private static final long MAX_PIXELS = 1L << 28;

    /** How the names of files that hold pictures end, in alphabetical order. */
    public static final List<String> ENDINGS = List.of("bmp", "gif", "jpeg", "jpg", "png");

    private ImageFiles() {}

    /** Whether a file of this name should be a picture. */
    public static boolean isPicture(String file) {
        return ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /**
     * Reads a picture. A grey one, also one whose palette holds only greys, has one channel, any other three: red,
     * green, blue. Samples of other than 8 bits are scaled to 0 to 255 and rounded. Transparency is composited on
     * white. A camera's note of how it was held (Exif orientation) is followed. Embedded colour profiles and gamma are not applied: the
     * numbers are those in the file.
     *
     * @return uint8 [C,H,W]
     * @throws UserException if the file can not be read, is not a picture, is animated, in colours for print (CMYK), or larger than 256
     *     megapixels
     */
    public static Tensor read(Path file) {
        return decode(bytes(file), file.toString());
    }

    /**
     * Reads how opaque a picture's pixels are.
     *
     * @return uint8 [1,H,W], 0 (transparent) to 255 (opaque); absent if the picture knows no transparency
     * @throws UserException as {@link #read}
     */
    public static Optional<Tensor> readOpacity(Path file) {
        return decoding(file.toString(), () -> {
            BufferedImage image = bufferedImage(bytes(file), file.toString());
            return image.getColorModel().hasAlpha()
                    ? Optional.of(tensor(RasterPixels.opacity(image)))
                    : Optional.empty();
        });
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /**
     * {@link #read} from memory, such as an upload.
     *
     * @param source what to call the picture in an error
     * @throws UserException as {@link #read}
     */
    public static Tensor decode(byte[] encoded, String source) {
        return decoding(source, () -> {
            Tensor image = tensor(RasterPixels.of(bufferedImage(encoded, source)));
            return ExifOrientation.of(encoded).upright(image);
        });
    }

    /** What reads a picture. */
    private interface Decoding<T> {
        T run() throws IOException;
    }

    private static <T> T decoding(String source, Decoding<T> decoding) {
        try {
            return decoding.run();
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
            // The platform's decoders throw any of these at damaged files.
            throw new UserException(source + " is damaged and can not be decoded; export it again as PNG", e);
        }
    }

    private static Tensor tensor(RasterPixels pixels) {
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
     * An image as JPEG leaves it: written at a quality and read again.
     *
     * @param image as {@link #writePng}
     * @param quality from 1 to 100, as picture programs count it
     * @return uint8 [C,H,W]
     */
    public static Tensor throughJpeg(Tensor image, int quality) {
        if (quality < 1 || quality > 100) {
            throw new IllegalArgumentException("the quality of a JPEG is 1 to 100, not " + quality);
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
     * Writes an animation, atomically, that plays without end. GIF has 256 colours at most: grey images keep their levels.
     *
     * @param frames [N,C,H,W] with N ≥ 1, C = 1 or 3; uint8, or floating point in [-1,1]
     * @param seconds how long a frame is shown, rounded to hundredths
     * @throws UserException if the file can not be written
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

    private static BufferedImage bufferedImage(byte[] encoded, String source) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new UserException(source + " is not a picture in a known format; export it as PNG");
            }
            ImageReader reader = readers.next();
            try {
                // Not ignoring metadata: the transparent colour of a picture without alpha channel is part of it.
                reader.setInput(in, false, false);
                long width = reader.getWidth(0);
                long height = reader.getHeight(0);
                if (width * height > MAX_PIXELS) {
                    throw new UserException(
                            source + " is too large (" + width + " x " + height + " pixels); scale it down");
                }
                refuseUnfit(reader, source);
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        }
    }

    /** Refuses what a person has to decide about: which frame of an animation, which colours for those of a printer. */
    private static void refuseUnfit(ImageReader reader, String source) throws IOException {
        String format = reader.getFormatName();
        int frames = frames(reader);
        if (frames > 1) {
            throw new UserException(
                    source + " is animated (" + frames + " frames); save the one that is meant as a PNG");
        }
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (format.equalsIgnoreCase("jpeg")
                && (!types.hasNext() || types.next().getColorModel().getNumColorComponents() == 4)) {
            throw new UserException(source + " is a JPEG in the colours of a printer (CMYK); convert it to RGB");
        }
    }

    private static int frames(ImageReader reader) throws IOException {
        return switch (reader.getFormatName().toLowerCase(Locale.ROOT)) {
            case "gif" -> reader.getNumImages(true);
            case "png" -> announcedFrames(reader.getImageMetadata(0));
            default -> 1;
        };
    }

    /** How many frames a PNG announces in its chunk acTL, of which the Java platform knows nothing; 1 without one. */
    private static int announcedFrames(IIOMetadata metadata) {
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(metadata.getNativeMetadataFormatName());
        NodeList chunks = root.getElementsByTagName("UnknownChunk");
        for (int i = 0; i < chunks.getLength(); i++) {
            IIOMetadataNode chunk = (IIOMetadataNode) chunks.item(i);
            if (chunk.getAttribute("type").equals("acTL") && chunk.getUserObject() instanceof byte[] content) {
                return ByteBuffer.wrap(Arrays.copyOf(content, Integer.BYTES)).getInt();
            }
        }
        return 1;
    }
}
