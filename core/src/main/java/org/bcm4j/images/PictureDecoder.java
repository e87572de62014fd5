package org.bcm4j.images;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;

/** Decodes the content of picture files with the readers that ImageIO finds. Returns the values stored in the file. */
final class PictureDecoder {
    /** 256 megapixels: larger than any picture that a model here takes, and small enough to decode. */
    private static final long MAX_PIXELS = 1L << 28;

    private static final String GIF = "gif";

    /** The first characters of a NumPy file. */
    private static final String NUMPY = "\u0093NUMPY";

    /** The attributes of {@code tRNS}: red, green and blue, or grey. */
    private static final String[][] TRANSPARENT_COLOURS = {
        {"tRNS_RGB", "red", "green", "blue"}, {"tRNS_Grayscale", "gray"}
    };

    private PictureDecoder() {}

    /**
     * Decodes one picture.
     *
     * @param source the name of the picture in an error message
     * @throws UserException if it is not a picture, or needs a decision by the user
     * @throws IOException if it is damaged; the Java platform's decoders also throw some RuntimeExceptions
     */
    static DecodedPicture decode(byte[] encoded, String source) throws IOException {
        if (encoded.length == 0) {
            throw new UserException(source + " is empty (0 bytes); get the picture again");
        }
        if (PngChunks.isOne(encoded)) {
            PngChunks.requireChecksums(encoded, source);
        }
        try (ImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(pixelsAlone(encoded, source)))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new UserException(source
                        + ForeignContent.of(encoded)
                                .map(ForeignContent::advice)
                                .orElse(
                                        new String(encoded, StandardCharsets.ISO_8859_1).startsWith(NUMPY)
                                                ? " is a NumPy array (.npy); save it in an .npz file, with"
                                                        + " numpy.savez(FILE, images=ARRAY)"
                                                : " is not a picture in a known format; export it as PNG"));
            }
            ImageReader reader = readers.next();
            try {
                // Keep the metadata: it holds the transparent colour of a picture without alpha channel.
                reader.setInput(in, false, false);
                return decode(reader, encoded, source);
            } finally {
                reader.dispose();
            }
        }
    }

    /**
     * The same picture without what the format's reader would apply, reject or unpack for nothing: a colour profile,
     * texts.
     */
    private static byte[] pixelsAlone(byte[] encoded, String source) {
        if (JpegHeader.isOne(encoded)) {
            return JpegHeader.withoutProfile(encoded);
        }
        if (PngChunks.isOne(encoded)) {
            return PngChunks.withoutMetadata(encoded);
        }
        return WebpFile.isOne(encoded) ? WebpFile.withoutProfile(encoded, source) : encoded;
    }

    private static DecodedPicture decode(ImageReader reader, byte[] encoded, String source) throws IOException {
        String format = format(reader);
        Dimension size = size(reader);
        if ((long) size.width * size.height > MAX_PIXELS) {
            throw new UserException(
                    source + " is too large (" + size.width + " x " + size.height + " pixels); scale it down");
        }
        if (format.equals("jpeg")) {
            return new DecodedPicture(JpegDecoder.decode(reader, encoded, source), Optional.empty());
        }
        boolean png = format.equals("png");
        refuseSeveral(format, pictures(reader, encoded), source);
        BufferedImage frame = reader.read(0);
        BufferedImage image = format.equals(GIF) ? GifCanvas.of(reader).with(frame) : frame;
        RasterPixels.unreadable(image).ifPresent(why -> {
            throw new UserException(source + " " + why);
        });
        DecodedPicture picture = RasterPixels.of(
                image, png ? transparentColour(reader.getImageMetadata(0), image.getColorModel()) : Optional.empty());
        // WebP has no grey format but many grey pictures, and the canvas of a GIF is in colour whatever it shows.
        return format.equals("webp") || image != frame
                ? new DecodedPicture(picture.colours().greyIfEqual(), picture.opacity())
                : picture;
    }

    /**
     * Width and height of a picture, from its header; nothing if it is not in a known format.
     *
     * @throws IOException if it is damaged; the Java platform's decoders also throw some RuntimeExceptions
     */
    static Optional<Dimension> size(byte[] encoded) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                return Optional.empty();
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                return Optional.of(size(reader));
            } finally {
                reader.dispose();
            }
        }
    }

    private static Dimension size(ImageReader reader) throws IOException {
        if (format(reader).equals(GIF)) {
            GifCanvas canvas = GifCanvas.of(reader);
            return new Dimension(canvas.width(), canvas.height());
        }
        return new Dimension(reader.getWidth(0), reader.getHeight(0));
    }

    private static String format(ImageReader reader) throws IOException {
        return reader.getFormatName().toLowerCase(Locale.ROOT);
    }

    /** The number of frames or pages. */
    private static int pictures(ImageReader reader, byte[] encoded) throws IOException {
        Optional<TiffFile> tiff = TiffFile.of(ByteBuffer.wrap(encoded));
        if (tiff.isPresent()) {
            return tiff.get().pages();
        }
        return PngChunks.isOne(encoded) ? PngChunks.announcedFrames(encoded) : reader.getNumImages(true);
    }

    /** Rejects files with several pictures: only the user can choose one. */
    private static void refuseSeveral(String format, int count, String source) {
        if (count > 1) {
            boolean pages = format.startsWith("tif");
            throw new UserException(
                    source + (pages ? " has several pages (" + count : " is animated (" + count + " frames")
                            + "); save the one that you want as a PNG");
        }
    }

    /**
     * The samples of the colour that a PNG's chunk tRNS makes transparent: one for a grey picture, otherwise three, in
     * the range of the decoded picture. The Java platform's reader builds an alpha channel from it, but compares
     * samples of less than 8 bits after scaling them.
     */
    private static Optional<int[]> transparentColour(IIOMetadata metadata, ColorModel decoded) {
        IIOMetadataNode root = tree(metadata);
        IIOMetadataNode header =
                (IIOMetadataNode) root.getElementsByTagName("IHDR").item(0);
        int most = (1 << Integer.parseInt(header.getAttribute("bitDepth"))) - 1;
        int range = decoded instanceof IndexColorModel ? most : (1 << decoded.getComponentSize(0)) - 1;
        for (String[] form : TRANSPARENT_COLOURS) {
            if (root.getElementsByTagName(form[0]).item(0) instanceof IIOMetadataNode colour) {
                return Optional.of(Arrays.stream(form)
                        .skip(1)
                        .mapToInt(sample -> (Integer.parseInt(colour.getAttribute(sample)) & most) * (range / most))
                        .toArray());
            }
        }
        return Optional.empty();
    }

    private static IIOMetadataNode tree(IIOMetadata metadata) {
        return (IIOMetadataNode) metadata.getAsTree(metadata.getNativeMetadataFormatName());
    }
}
