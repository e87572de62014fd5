package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.assertj.core.data.Offset;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
    @TempDir
    Path directory;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatIsWrittenIsReadBack(int channels) {
        byte[] values = new byte[channels * 9 * 31];
        new Random(3).nextBytes(values);
        Path file = directory.resolve("sub/a.png");

        ImageFiles.writePng(file, HostTensors.ofBytes(values, 1, channels, 9, 31));
        Tensor read = ImageFiles.read(file);
        assertThat(read.shape()).containsExactly(channels, 9, 31);
        assertThat(HostTensors.bytes(read)).isEqualTo(values);
    }

    /** What a camera wrote that lay on its side: the pixels are stored lying, and shown upright. */
    @ParameterizedTest
    @CsvSource({
        "1, 10 20 30 40", "2, 20 10 40 30", "3, 40 30 20 10", "4, 30 40 10 20",
        "5, 10 30 20 40", "6, 30 10 40 20", "7, 40 20 30 10", "8, 20 40 10 30"
    })
    void theOrientationThatACameraNotedIsFollowed(int orientation, String levels) throws IOException {
        // One block of 8 x 8 for each level, so that JPEG keeps them.
        Tensor stored = HostTensors.ofBytes(new byte[] {10, 20, 30, 40}, 1, 1, 2, 2)
                .to(ScalarType.Float)
                .repeat_interleave(8, new LongOptional(2), new LongOptional())
                .repeat_interleave(8, new LongOptional(3), new LongOptional())
                .to(ScalarType.Byte)
                .view(1, 16, 16);
        byte[] jpeg = encoded("jpeg", stored);
        // Exif: APP1, its length, "Exif", a big-endian TIFF of one directory with one tag, 0x0112, a short.
        byte[] exif = HexFormat.of()
                .parseHex("ffe10022457869660000" + "4d4d002a00000008" + "0001"
                        + "0112000300000001000%d0000".formatted(orientation) + "00000000");
        ByteArrayOutputStream tagged = new ByteArrayOutputStream();
        tagged.write(jpeg, 0, 2);
        tagged.write(exif);
        tagged.write(jpeg, 2, jpeg.length - 2);

        byte[] read = HostTensors.bytes(ImageFiles.decode(tagged.toByteArray(), "a photograph"));
        int[] corners = {read[4 * 16 + 4], read[4 * 16 + 12], read[12 * 16 + 4], read[12 * 16 + 12]};
        int[] expected =
                Arrays.stream(levels.split(" ")).mapToInt(Integer::parseInt).toArray();
        for (int i = 0; i < 4; i++) {
            assertThat(corners[i]).isCloseTo(expected[i], Offset.offset(2)); // JPEG of quality 0.75
        }
    }

    private static byte[] encoded(String format, Tensor image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(ImageIO.read(new ByteArrayInputStream(ImageFiles.png(image))), format, out);
        return out.toByteArray();
    }

    @Test
    void anAnimationPlaysItsFramesAndIsNoPicture() throws IOException {
        Path file = directory.resolve("a.gif");
        Tensor frames = HostTensors.ofBytes(new byte[] {0, 50, 100, (byte) 250}, 4, 1, 1, 1);
        ImageFiles.writeGif(file, frames, 0.1);

        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(Files.readAllBytes(file))));
        assertThat(reader.getNumImages(true)).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(RasterPixels.of(reader.read(i), Optional.empty())
                            .colours()
                            .values()[0])
                    .isEqualTo(HostTensors.bytes(frames)[i]);
        }
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                .contains("NETSCAPE2.0");
        assertThatThrownBy(() -> ImageFiles.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " is animated (4 frames); save the one that you want as a PNG");
    }

    /** acTL: how many frames, how often they are played. A PNG that announces one frame is a picture. */
    @Test
    void anAnimatedPngIsRefused() {
        byte[] two = new PngBuilder(1, 1, 8, PngBuilder.GREY)
                .chunk("acTL", 0, 0, 0, 2, 0, 0, 0, 0)
                .rows(0, 9);
        assertThatThrownBy(() -> ImageFiles.decode(two, "a.png"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.png is animated (2 frames); save the one that you want as a PNG");
        assertPixels(
                new PngBuilder(1, 1, 8, PngBuilder.GREY)
                        .chunk("acTL", 0, 0, 0, 1, 0, 0, 0, 0)
                        .rows(0, 9),
                1,
                9);
    }

    @Test
    void coloursOfAPrinterAreRefused() throws IOException {
        Path file = directory.resolve("print.jpg");
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(Raster.createBandedRaster(0, 8, 8, 4, null), null, null), null);
        }
        assertThatThrownBy(() -> ImageFiles.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " is a JPEG in CMYK colours, which are for printing; convert it to RGB");
    }

    @Test
    void opacityIsReadWhereThereIsAny() throws IOException {
        Path grey = directory.resolve("grey.png");
        Files.write(grey, new PngBuilder(2, 1, 8, PngBuilder.GREY_ALPHA).rows(0, 10, 255, 20, 7));
        assertThat(HostTensors.bytes(ImageFiles.readPicture(grey).opacity().orElseThrow()))
                .containsExactly((byte) 255, (byte) 7);
        Path solid = directory.resolve("solid.png");
        Files.write(solid, new PngBuilder(2, 1, 8, PngBuilder.GREY).rows(0, 10, 20));
        assertThat(ImageFiles.readPicture(solid).opacity()).isEmpty();
    }

    @Test
    void aFileThatFitsIntoNoArrayIsRefused() throws IOException {
        Path file = directory.resolve("huge.png");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 31);
        }
        assertThatThrownBy(() -> ImageFiles.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " is larger than 2 GiB, too large for a picture; export it again");
    }

    /** Compression keeps what is flat and spoils what is not, the more the lower its quality. */
    @Test
    void jpegDamagesAsItsQualityTells() {
        byte[] values = new byte[16 * 16];
        new Random(4).nextBytes(values);
        Tensor noisy = HostTensors.ofBytes(values, 1, 16, 16);
        double coarse = distance(ImageFiles.throughJpeg(noisy, 5), noisy);
        double fine = distance(ImageFiles.throughJpeg(noisy, 95), noisy);
        assertThat(fine).isBetween(1.0, coarse / 5);
        assertThatThrownBy(() -> ImageFiles.throughJpeg(noisy, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static double distance(Tensor a, Tensor b) {
        return a.to(ScalarType.Float).sub(b.to(ScalarType.Float)).abs().mean().item_double();
    }

    /** All 256 levels: a reader that goes through the grey colour space shifts most of them. */
    @Test
    void greyKeepsItsLevels() {
        int[] row = new int[257];
        for (int level = 0; level < 256; level++) {
            row[level + 1] = level;
        }
        assertPixels(new PngBuilder(256, 1, 8, PngBuilder.GREY).rows(row), 1, Arrays.copyOfRange(row, 1, 257));
    }

    @Test
    void fewBitsAreScaled() {
        assertPixels(new PngBuilder(4, 1, 1, PngBuilder.GREY).rows(0, 0b1010_0000), 1, 255, 0, 255, 0);
        assertPixels(new PngBuilder(4, 1, 2, PngBuilder.GREY).rows(0, 0b00_01_10_11), 1, 0, 85, 170, 255);
        assertPixels(new PngBuilder(2, 1, 4, PngBuilder.GREY).rows(0, 0x1f), 1, 17, 255);
    }

    @Test
    void sixteenBitsAreRounded() {
        // 0x7f7f is 127 exactly, 0x7fff rounds to 127.498 -> 127, 0x80ff to 128.4997 -> 128, 0xfeff to 254.004 -> 254.
        assertPixels(
                new PngBuilder(4, 1, 16, PngBuilder.GREY).rows(0, 0x7f, 0x7f, 0x7f, 0xff, 0x80, 0xff, 0xfe, 0xff),
                1,
                127,
                127,
                128,
                254);
        assertPixels(new PngBuilder(1, 1, 16, PngBuilder.RGB).rows(0, 0, 0x81, 0x12, 0x12, 0xff, 0xff), 3, 1, 18, 255);
    }

    @Test
    void coloursComeByChannel() {
        assertPixels(new PngBuilder(2, 1, 8, PngBuilder.RGB).rows(0, 1, 2, 3, 4, 5, 6), 3, 1, 4, 2, 5, 3, 6);
    }

    @Test
    void transparencyLiesOnWhite() {
        assertPixels(new PngBuilder(2, 1, 8, PngBuilder.GREY_ALPHA).rows(0, 10, 255, 10, 0), 1, 10, 255);
        assertPixels(new PngBuilder(1, 1, 8, PngBuilder.RGB_ALPHA).rows(0, 0, 100, 255, 128), 3, 127, 177, 255);
    }

    @Test
    void aTransparentColourIsWhite() {
        assertPixels(
                new PngBuilder(2, 1, 8, PngBuilder.GREY).chunk("tRNS", 0, 7).rows(0, 7, 8), 1, 255, 8);
        assertPixels(
                new PngBuilder(2, 1, 8, PngBuilder.RGB)
                        .chunk("tRNS", 0, 1, 0, 2, 0, 3)
                        .rows(0, 1, 2, 3, 1, 2, 4),
                3,
                255,
                1,
                255,
                2,
                255,
                4);
    }

    @Test
    void palettesAreLookedUp() {
        assertPixels(
                new PngBuilder(3, 1, 8, PngBuilder.PALETTE)
                        .chunk("PLTE", 1, 2, 3, 200, 100, 0, 9, 9, 9)
                        .chunk("tRNS", 255, 255, 0)
                        .rows(0, 1, 0, 2),
                3,
                200,
                1,
                255,
                100,
                2,
                255,
                0,
                3,
                255);
        assertPixels(
                new PngBuilder(2, 1, 4, PngBuilder.PALETTE)
                        .chunk("PLTE", 5, 5, 5, 90, 90, 90)
                        .rows(0, 0x10),
                1,
                90,
                5);
    }

    @Test
    void signalsAreTruncatedToBytes() {
        float[] signal = {-2, -1, -0.9999f, 0, 0.003f, 0.9999f, 1, Float.NaN};
        Tensor bytes = Pixels.toBytes(HostTensors.ofFloats(signal, 1, 1, 2, 4));

        assertThat(bytes.shape()).containsExactly(1, 1, 2, 4);
        assertThat(HostTensors.longs(bytes)).containsExactly(0, 0, 0, 127, 127, 254, 255, 0);
        Path file = directory.resolve("a.png");
        ImageFiles.writePng(file, HostTensors.ofFloats(signal, 1, 1, 2, 4));
        assertThat(HostTensors.bytes(ImageFiles.read(file))).isEqualTo(HostTensors.bytes(bytes));
    }

    @Test
    void bytesSpanTheSignal() {
        Tensor signal = Pixels.toSignal(HostTensors.ofBytes(new byte[] {0, 51, (byte) 255}, 3));
        assertThat(HostTensors.floats(signal)).containsExactly(-1, 51 / 127.5f - 1, 1);
    }

    @Test
    void everyByteComesBackFromTheSignal() {
        byte[] levels = new byte[256];
        for (int level = 0; level < 256; level++) {
            levels[level] = (byte) level;
        }
        Tensor signal = Pixels.toSignal(HostTensors.ofBytes(levels, 256));
        float[] values = HostTensors.floats(signal);
        for (int level = 0; level < 256; level++) {
            assertThat(values[level]).isEqualTo(level / 127.5f - 1);
        }
        assertThat(HostTensors.bytes(Pixels.toBytes(signal))).isEqualTo(levels);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path text = Files.writeString(directory.resolve("a.png"), "hello");
        assertThatThrownBy(() -> ImageFiles.read(text))
                .isInstanceOf(UserException.class)
                .hasMessage(text + " is not a picture in a known format; export it as PNG");
        assertThatThrownBy(() -> ImageFiles.read(directory.resolve("none.png")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> ImageFiles.read(directory)).isInstanceOf(UserException.class);
        byte[] huge = new PngBuilder(100_000, 100_000, 8, PngBuilder.RGB).rows(0);
        assertThatThrownBy(() -> ImageFiles.decode(huge, "upload"))
                .isInstanceOf(UserException.class)
                .hasMessage("upload is too large (100000 x 100000 pixels); scale it down");
    }

    @Test
    void damagedFilesAreRefusedOrRead() {
        byte[] sound = ImageFiles.png(HostTensors.ofBytes(new byte[3 * 8 * 8], 3, 8, 8));
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            byte[] damaged = Arrays.copyOf(sound, i % 2 == 0 ? sound.length : random.nextInt(sound.length));
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                ImageFiles.decode(damaged, "upload").close();
            } catch (UserException e) {
                assertThat(e).hasMessageStartingWith("upload ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void refusesTensorsThatAreNoPicture() {
        Tensor two = HostTensors.ofBytes(new byte[2 * 3 * 4], 2, 3, 2, 2);
        assertThatThrownBy(() -> ImageFiles.png(two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3, 2, 2]");
        Tensor integers = HostTensors.ofLongs(new long[4], 1, 2, 2);
        assertThatThrownBy(() -> ImageFiles.png(integers)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertPixels(byte[] png, int channels, int... expected) {
        Tensor image = ImageFiles.decode(png, "png");
        assertThat(image.shape()).containsExactly(channels, 1, expected.length / channels);
        long[] levels = Arrays.stream(expected).asLongStream().toArray();
        assertThat(HostTensors.longs(image)).isEqualTo(levels);
    }
}
