package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bcm4j.images.ImageFiles.Picture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code webp/} holds files that Pillow 12.3 wrote, and what it read from them, as PNG. */
class WebpTest extends DecodedPictures {
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

    private Picture picture(String name) throws IOException {
        return ImageFiles.readPicture(Files.write(directory.resolve(name), file(name)));
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = WebpTest.class.getResourceAsStream("webp/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
