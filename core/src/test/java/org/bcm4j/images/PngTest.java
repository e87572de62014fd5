package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Deflater;
import org.bcm4j.images.ImageFiles.Picture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngTest extends DecodedPictures {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

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
}
