package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each {@code jpeg/NAME.jpg} lies beside the values that Pillow 12.3 with libjpeg-turbo gave it, as PNG. The pictures, 37 x 29 pixels and
 * smaller, were made by cjpeg of libjpeg-turbo 2.1 from one drawing with steep colours; markers and component numbers were then exchanged.
 */
class JpegDecoderTest {
    /** Decoders of the standard may differ by 1 in each inverse transform, which conversion to colours makes 2. */
    private static final int TOLERANCE = 2;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baseline-444",
                "baseline-422",
                "baseline-420",
                "baseline-440",
                "baseline-411",
                "progressive-444",
                "progressive-420",
                "restarts-420",
                "mixed",
                "luma-small",
                "grey",
                "grey-2x2",
                "progressive-grey",
                "tiny-420",
                "tiny-422",
                "row-440"
            })
    void everySamplingGivesTheValuesOfLibjpeg(String name) throws IOException {
        assertThat(distance(name)).isLessThanOrEqualTo(TOLERANCE);
    }

    /** Whether three components are red, green and blue is told by JFIF's marker, Adobe's, and the components' numbers, in this order. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-markers-444",
                "no-markers-420",
                "no-markers-ids012-444",
                "jfif-ids012-444",
                "adobe1-444",
                "adobe1-420",
                "adobe0-jfif-444",
                "adobe2-444",
                "rgb-adobe0",
                "rgb-ids",
                "rgb-nothing123"
            })
    void coloursAreThoseThatLibjpegTakesThemFor(String name) throws IOException {
        assertThat(distance(name)).isLessThanOrEqualTo(TOLERANCE);
    }

    @Test
    void anEmbeddedProfileIsNotApplied() throws IOException {
        assertThat(distance("profile-420")).isLessThanOrEqualTo(TOLERANCE);
        assertThat(HostTensors.bytes(ImageFiles.decode(file("profile-420.jpg"), "with")))
                .isEqualTo(HostTensors.bytes(ImageFiles.decode(file("baseline-420.jpg"), "without")));
    }

    /** The second of five parts alone. */
    @Test
    void aBrokenProfileDoesNoHarm() throws IOException {
        byte[] whole = file("baseline-420.jpg");
        byte[] part = "ICC_PROFILE\0\2\5nothing".getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer broken = ByteBuffer.allocate(whole.length + part.length + 5);
        broken.put(whole, 0, 2).put(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xe2});
        broken.putShort((short) (part.length + 2)).put(part).put(whole, 2, whole.length - 2);
        assertThat(HostTensors.bytes(ImageFiles.decode(broken.array(), "with")))
                .isEqualTo(HostTensors.bytes(ImageFiles.decode(whole, "without")));
    }

    @Test
    void coloursOfAPrinterAreRefused() throws IOException {
        byte[] print = file("cmyk.jpg");
        assertThatThrownBy(() -> ImageFiles.decode(print, "a.jpg"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.jpg is a JPEG in CMYK colours, which are for printing; convert it to RGB");
    }

    /** Wherever it is cut, in the first scan or a later one, whether a row or only the last marker is missing. */
    @ParameterizedTest
    @ValueSource(strings = {"baseline-420", "progressive-420", "grey", "restarts-420"})
    void aFileThatIsCutOffIsRefused(String name) throws IOException {
        byte[] whole = file(name + ".jpg");
        for (int length = 1; length < whole.length; length += Math.max(1, whole.length / 60)) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> ImageFiles.decode(part, "a.jpg"))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("a.jpg is ");
        }
        byte[] sixTenths = Arrays.copyOf(whole, whole.length * 6 / 10);
        assertThatThrownBy(() -> ImageFiles.decode(sixTenths, "a.jpg"))
                .hasMessage("a.jpg is cut off: it ends before its last row; get the picture again");
    }

    /** The last marker in the middle of the only scan. */
    @Test
    void damageInsideIsRefused() throws IOException {
        byte[] damaged = file("grey.jpg");
        System.arraycopy(damaged, damaged.length - 2, damaged, damaged.length - 200, 2);
        assertThatThrownBy(() -> ImageFiles.decode(damaged, "a.jpg"))
                .isInstanceOf(UserException.class)
                .hasMessageMatching("a.jpg is damaged \\(Corrupt JPEG data: .*\\); get the picture again");
    }

    /** As some cameras leave them before the last marker. */
    @Test
    void bytesBetweenMarkersDoNoHarm() throws IOException {
        byte[] whole = file("grey.jpg");
        byte[] padded = Arrays.copyOf(whole, whole.length + 6);
        System.arraycopy(whole, whole.length - 2, padded, whole.length + 4, 2);
        Arrays.fill(padded, whole.length - 2, whole.length + 4, (byte) 0);
        assertThat(HostTensors.bytes(ImageFiles.decode(padded, "padded")))
                .isEqualTo(HostTensors.bytes(ImageFiles.decode(whole, "whole")));
    }

    /** The largest difference of a level from the recorded ones. */
    private static int distance(String name) throws IOException {
        Tensor decoded = ImageFiles.decode(file(name + ".jpg"), name);
        Tensor recorded = ImageFiles.decode(file(name + ".png"), name);
        assertThat(decoded.shape()).isEqualTo(recorded.shape());
        byte[] levels = HostTensors.bytes(decoded);
        byte[] expected = HostTensors.bytes(recorded);
        int most = 0;
        for (int i = 0; i < levels.length; i++) {
            most = Math.max(most, Math.abs(Byte.toUnsignedInt(levels[i]) - Byte.toUnsignedInt(expected[i])));
        }
        return most;
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = JpegDecoderTest.class.getResourceAsStream("jpeg/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
