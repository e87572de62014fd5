package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bcm4j.images.ImageFiles.Picture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures in the formats beside JPEG. {@code webp/} holds files that Pillow 12.3 wrote, and what it read from them, as PNG. */
class PictureDecoderTest {
    @TempDir
    Path directory;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lossless", "alpha-lossless"})
    void losslessWebpIsReadExactly(String name) throws IOException {
        Picture read = picture(name + ".webp");
        Picture recorded = picture(name + ".png");
        assertThat(HostTensors.bytes(read.pixels())).isEqualTo(HostTensors.bytes(recorded.pixels()));
        assertThat(read.opacity().map(HostTensors::longs).map(Arrays::toString))
                .isEqualTo(recorded.opacity().map(HostTensors::longs).map(Arrays::toString));
    }

    /** The reader repeats colour differences where libwebp interpolates them, so that edges of colour differ, the means do not. */
    @ParameterizedTest
    @ValueSource(strings = {"lossy", "alpha-lossy"})
    void lossyWebpIsReadButForEdgesOfColour(String name) throws IOException {
        double[] read = means(picture(name + ".webp").pixels());
        double[] recorded = means(picture(name + ".png").pixels());
        for (int c = 0; c < 3; c++) {
            assertThat(Math.abs(read[c] - recorded[c])).isLessThan(1.5);
        }
    }

    private static double[] means(Tensor picture) {
        return HostTensors.doubles(
                picture.to(org.bytedeco.pytorch.global.torch.ScalarType.Double).mean(1, 2));
    }

    /** The format has three channels always. */
    @Test
    void aGreyWebpHasOneChannel() throws IOException {
        Tensor grey = picture("grey.webp").pixels();
        assertThat(grey.size(0)).isEqualTo(1);
        assertThat(HostTensors.bytes(grey))
                .isEqualTo(HostTensors.bytes(picture("grey.png").pixels()));
    }

    @Test
    void aProfileInWebpIsNotApplied() throws IOException {
        assertThat(HostTensors.bytes(picture("icc.webp").pixels()))
                .isEqualTo(HostTensors.bytes(picture("lossless.webp").pixels()));
    }

    /** Orientation 6: what is stored as the first column is seen as the first row, from the right. */
    @Test
    void webpIsTurnedUpright() throws IOException {
        Tensor stored = picture("lossless.webp").pixels();
        Tensor seen = picture("turned.webp").pixels();
        assertThat(seen.shape()).containsExactly(3, stored.size(2), stored.size(1));
        assertThat(HostTensors.bytes(seen))
                .isEqualTo(HostTensors.bytes(stored.transpose(1, 2).flip(2)));
    }

    @Test
    void animatedOrCutWebpIsRefused() throws IOException {
        assertThatThrownBy(() -> picture("animated.webp"))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("is animated (2 frames); save the one that you want as a PNG");
        for (String name : new String[] {"lossless", "lossy", "alpha-lossy"}) {
            byte[] whole = file(name + ".webp");
            byte[] part = Arrays.copyOf(whole, whole.length * 6 / 10);
            assertThatThrownBy(() -> ImageFiles.decode(part, "a.webp"))
                    .isInstanceOf(UserException.class)
                    .hasMessage("a.webp is cut off: it has %d of %d bytes; get the picture again"
                            .formatted(part.length, whole.length));
        }
    }

    /** A level of a sample of 1, 2, 4, 8 or 16 bits is transparent, its neighbour is not. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1 0, 128, 255 255",
        "2, 2, 1 2, 96, 85 255",
        "4, 7, 7 6, 118, 255 102",
        "8, 200, 200 201, -1, 255 201",
        "16, 513, 513 512, -1, 255 2"
    })
    void aTransparentGreyIsHonouredAtEveryDepth(int bits, int transparent, String samples, int packed, String levels)
            throws IOException {
        int[] values = numbers(samples);
        int[] row = switch (bits) {
            case 8 -> new int[] {0, values[0], values[1]};
            case 16 -> new int[] {0, values[0] >> 8, values[0] & 255, values[1] >> 8, values[1] & 255};
            default -> new int[] {0, packed};
        };
        byte[] png = new PngBuilder(2, 1, bits, PngBuilder.GREY)
                .chunk("tRNS", transparent >> 8, transparent & 255)
                .rows(row);
        hasLevels(png, 1, numbers(levels));
        assertThat(opacity(png))
                .containsExactly(values[0] == transparent ? 0 : 255, values[1] == transparent ? 0 : 255);
    }

    /** Three samples of 16 bits, of which the second pixel's last differs in its lower byte. */
    @Test
    void aTransparentColourOf16BitsIsHonoured() throws IOException {
        byte[] png = new PngBuilder(2, 1, 16, PngBuilder.RGB)
                .chunk("tRNS", 1, 2, 3, 4, 5, 6)
                .rows(0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7);
        hasLevels(png, 3, 255, 1, 255, 3, 255, 5);
        assertThat(opacity(png)).containsExactly(0, 255);
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "2, 16", "4, 1", "8, -1"})
    void aTransparentPaletteIsHonouredAtEveryDepth(int bits, int packed) throws IOException {
        byte[] png = new PngBuilder(2, 1, bits, PngBuilder.PALETTE)
                .chunk("PLTE", 10, 20, 30, 40, 50, 60)
                .chunk("tRNS", 0, 51)
                .rows(bits == 8 ? new int[] {0, 0, 1} : new int[] {0, packed});
        hasLevels(png, 3, 255, 212, 255, 214, 255, 216);
        assertThat(opacity(png)).containsExactly(0, 51);
    }

    @Test
    void anAlphaChannelOf16BitsIsHonoured() throws IOException {
        byte[] grey = new PngBuilder(2, 1, 16, PngBuilder.GREY_ALPHA).rows(0, 100, 100, 0, 0, 100, 100, 255, 255);
        hasLevels(grey, 1, 255, 100);
        assertThat(opacity(grey)).containsExactly(0, 255);
        byte[] colour = new PngBuilder(1, 1, 16, PngBuilder.RGB_ALPHA).rows(0, 0, 0, 10, 10, 20, 20, 51, 51);
        hasLevels(colour, 3, 204, 206, 208);
        assertThat(opacity(colour)).containsExactly(51);
    }

    /** The tag lies in a chunk eXIf: a big-endian TIFF of one directory with one tag, 0x0112, a short. */
    @Test
    void whatTurnsThePixelsTurnsTheirOpacity() throws IOException {
        byte[] png = new PngBuilder(2, 1, 8, PngBuilder.GREY_ALPHA)
                .chunk("eXIf", 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0)
                .rows(0, 10, 255, 20, 0);
        Path file = Files.write(directory.resolve("turned.png"), png);
        Picture picture = ImageFiles.readPicture(file);
        assertThat(picture.pixels().shape()).containsExactly(1, 2, 1);
        assertThat(HostTensors.longs(picture.pixels())).containsExactly(10, 255);
        assertThat(picture.opacity().orElseThrow().shape()).containsExactly(1, 2, 1);
        assertThat(HostTensors.longs(picture.opacity().orElseThrow())).containsExactly(255, 0);
    }

    /** Texts that unpack to 64 MiB. */
    @ParameterizedTest
    @CsvSource({"zTXt, 6100 00", "iTXt, 6100 01 00 00 00"})
    void whatMetadataOfAPngUnpacksToCostsNothing(String chunk, String start) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(HexFormat.of().parseHex(start.replace(" ", "")));
        content.writeBytes(deflated(new byte[64 << 20]));
        byte[] png = new PngBuilder(2, 1, 8, PngBuilder.GREY)
                .chunk(chunk, content.toByteArray())
                .rows(0, 10, 20);
        hasLevels(png, 1, 10, 20); // Loads classes.
        long before = THREADS.getCurrentThreadAllocatedBytes();
        hasLevels(png, 1, 10, 20);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
    }

    private static byte[] deflated(byte[] content) {
        Deflater deflater = new Deflater();
        deflater.setInput(content);
        deflater.finish();
        byte[] deflated = new byte[content.length / 500];
        int length = deflater.deflate(deflated);
        deflater.end();
        return Arrays.copyOf(deflated, length);
    }

    /** Elements in one another, 50,000 times, and a chunk that says that it has 2 GiB. */
    @Test
    void metadataOfWebpThatIsNestedOrFalseIsNotRead() throws IOException {
        byte[] recorded = HostTensors.bytes(picture("lossless.webp").pixels());
        String nested = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
                + " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:a='a'><rdf:Description>"
                + "<a:b rdf:parseType='Resource'>".repeat(50_000) + "</a:b>".repeat(50_000)
                + "</rdf:Description></rdf:RDF></x:xmpmeta>";
        byte[] text = nested.getBytes(StandardCharsets.US_ASCII);
        assertThat(text.length % 2).isZero();
        for (byte[] webp :
                List.of(withChunk("XMP ", text.length, text), withChunk("EXIF", Integer.MAX_VALUE, new byte[2]))) {
            assertThat(HostTensors.bytes(ImageFiles.decode(webp, "a.webp"))).isEqualTo(recorded);
        }
    }

    private static byte[] withChunk(String name, int length, byte[] content) throws IOException {
        byte[] webp = file("lossless.webp");
        ByteBuffer longer =
                ByteBuffer.allocate(webp.length + 8 + content.length).order(ByteOrder.LITTLE_ENDIAN);
        longer.put(webp)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .putInt(length)
                .put(content);
        return longer.putInt(4, longer.capacity() - 8).array();
    }

    /** Every chunk ends with its checksum, the last byte of which is changed. */
    @ParameterizedTest
    @ValueSource(strings = {"IHDR", "PLTE", "tRNS", "IDAT"})
    void aChunkWithAWrongChecksumIsRefused(String chunk) throws IOException {
        byte[] png = new PngBuilder(2, 1, 8, PngBuilder.PALETTE)
                .chunk("PLTE", 10, 20, 30, 40, 50, 60)
                .chunk("tRNS", 0, 51)
                .rows(0, 0, 1);
        ImageFiles.decode(png, "a.png");
        int type = new String(png, StandardCharsets.ISO_8859_1).indexOf(chunk);
        int length = ByteBuffer.wrap(png).getInt(type - 4);
        png[type + 4 + length + 3] ^= 1;
        assertThatThrownBy(() -> ImageFiles.decode(png, "a.png"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.png is damaged (wrong checksum of its chunk " + chunk + "); get the picture again");
    }

    /** A frame of 2 x 1 in the middle of a canvas of 4 x 3, put together by hand. */
    @Test
    void aGifFrameLiesOnItsCanvas() throws IOException {
        byte[] gif = {
            'G',
            'I',
            'F',
            '8',
            '9',
            'a',
            4,
            0,
            3,
            0,
            (byte) 0x80,
            0,
            0, // canvas, palette of two colours
            50,
            50,
            50,
            90,
            90,
            90,
            ',',
            1,
            0,
            1,
            0,
            2,
            0,
            1,
            0,
            0, // frame at (1, 1)
            2,
            2,
            0x44,
            0x0a,
            0, // LZW of 2 bits: clear, 0, 1, end
            ';'
        };
        Path file = Files.write(directory.resolve("a.gif"), gif);
        Picture picture = ImageFiles.readPicture(file);
        assertThat(picture.pixels().shape()).containsExactly(1, 3, 4);
        assertThat(HostTensors.longs(picture.pixels()))
                .containsExactly(255, 255, 255, 255, 255, 50, 90, 255, 255, 255, 255, 255);
        assertThat(HostTensors.longs(picture.opacity().orElseThrow()))
                .containsExactly(0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0);
    }

    /** A few bytes of file; the canvas would take gigabytes. The numbers are in the order of their bytes. */
    @ParameterizedTest
    @CsvSource({"60EA 60EA, 0000 0000, 60000 x 60000", "0100 0100, 60EA 60EA, 60001 x 60001"})
    void aHugeCanvasOfASmallFrameIsRefused(String screen, String place, String size) {
        String hex = "474946383961" + screen + "800000 3232325A5A5A 2C" + place + "0100 0100 00 02024401 00 3B";
        byte[] gif = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> ImageFiles.decode(gif, "a.gif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.gif is too large (" + size + " pixels); scale it down");
    }

    @Test
    void samplesOfMoreThan16BitsAreRefused() throws IOException {
        ColorModel grey = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false, Transparency.OPAQUE, DataBuffer.TYPE_INT);
        BufferedImage wide = new BufferedImage(grey, grey.createCompatibleWritableRaster(2, 1), false, null);
        byte[] encoded = tiff(wide);
        assertThatThrownBy(() -> ImageFiles.decode(encoded, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.tif holds numbers of 32 bits of unknown range; export it with 8 or 16 bits per channel");
    }

    @Test
    void tiffIsReadAndSeveralPagesAreRefused() throws IOException {
        BufferedImage page = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        page.getRaster().setSample(1, 0, 0, 77);
        assertThat(HostTensors.longs(ImageFiles.decode(tiff(page), "a.tif"))).containsExactly(0, 77);
        byte[] two = tiff(page, page);
        assertThatThrownBy(() -> ImageFiles.decode(two, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.tif has several pages (2); save the one that you want as a PNG");
    }

    /** Its one directory names itself as the next one. */
    @Test
    void tiffDirectoriesThatLeadInACircleAreDamage() throws IOException {
        byte[] encoded = tiff(new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY));
        ByteBuffer file =
                ByteBuffer.wrap(encoded).order(encoded[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = file.getInt(4);
        int link = directory + 2 + 12 * file.getShort(directory);
        assertThat(file.getInt(link)).isZero();
        file.putInt(link, directory);
        assertThatThrownBy(() -> ImageFiles.decode(encoded, "a.tif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.tif is damaged and cannot be decoded; export it again as PNG");
    }

    /** Put together by hand: the tag 0x0112 among those that the pixels need, and two pixels behind the directory. */
    @Test
    void tiffIsTurnedUpright() {
        int[][] entries = {
            {0x0100, 4, 2}, {0x0101, 4, 1}, {0x0102, 3, 8}, {0x0103, 3, 1}, {0x0106, 3, 1},
            {0x0111, 4, 134}, {0x0112, 3, 6}, {0x0115, 3, 1}, {0x0116, 4, 1}, {0x0117, 4, 2}
        };
        ByteBuffer file = ByteBuffer.allocate(136).order(ByteOrder.LITTLE_ENDIAN);
        file.put("II".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        file.putShort((short) entries.length);
        for (int[] entry : entries) {
            file.putShort((short) entry[0]).putShort((short) entry[1]).putInt(1).putInt(entry[2]);
        }
        file.putInt(0).put(new byte[] {10, 20});
        Tensor picture = ImageFiles.decode(file.array(), "a.tif");
        assertThat(picture.shape()).containsExactly(1, 2, 1);
        assertThat(HostTensors.longs(picture)).containsExactly(10, 20);
    }

    private static byte[] tiff(BufferedImage... pages) throws IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(encoded)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (BufferedImage page : pages) {
                writer.writeToSequence(new IIOImage(page, null, null), null);
            }
            writer.endWriteSequence();
        }
        return encoded.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version https://git-lfs.github.com/spec/v1|is a Git LFS pointer and not the file itself",
                "<!DOCTYPE html><html>404|is a web page (HTML)",
                "<?xml version=\"1.0\"?><Error/>|is XML text",
                "''|is empty (0 bytes); get the picture again"
            })
    void whatOnlyBearsThePicturesNameIsRecognised(String content, String message) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ImageFiles.decode(bytes, "a.png"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("a.png " + message);
    }

    private void hasLevels(byte[] png, int channels, int... levels) {
        Tensor picture = ImageFiles.decode(png, "a.png");
        assertThat(picture.size(0)).isEqualTo(channels);
        assertThat(HostTensors.longs(picture))
                .containsExactly(Arrays.stream(levels).asLongStream().toArray());
    }

    private int[] opacity(byte[] png) throws IOException {
        Path file = Files.write(directory.resolve("a.png"), png);
        return Arrays.stream(
                        HostTensors.longs(ImageFiles.readPicture(file).opacity().orElseThrow()))
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    private Picture picture(String name) throws IOException {
        return ImageFiles.readPicture(Files.write(directory.resolve(name), file(name)));
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = PictureDecoderTest.class.getResourceAsStream("webp/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
