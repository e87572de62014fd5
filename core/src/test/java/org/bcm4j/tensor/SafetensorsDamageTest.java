package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/** A damaged file is refused with a {@link UserException} or read as what its header says, never anything else. */
class SafetensorsDamageTest {
    private static final int HEADER_BYTES = 8;

    private static final Path FILE = temporaryFile();
    private static final byte[] SOUND = soundFile();

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("damage", ".safetensors");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] soundFile() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            tensors.put("weight", HostTensors.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
            tensors.put("steps", HostTensors.ofLongs(new long[] {9}));
            tensors.put("mask", HostTensors.ofBytes(new byte[] {1, 0, 1}, 3));
            Safetensors.write(FILE, tensors, Map.of("format", "pt"));
            return Files.readAllBytes(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterContainer
    static void deleteFile() throws IOException {
        Files.delete(FILE);
    }

    @Property(tries = 2000)
    void bitFlips(@ForAll @Size(min = 1, max = 3) int[] bits) throws IOException {
        byte[] damaged = SOUND.clone();
        for (int bit : bits) {
            int position = Math.floorMod(bit, damaged.length * 8);
            damaged[position / 8] ^= (byte) (1 << position % 8);
        }
        readOrRefuse(damaged);
    }

    @Property(tries = 500)
    void replacedText(@ForAll @IntRange(min = 0, max = 400) int at, @ForAll byte[] text) throws IOException {
        byte[] damaged = SOUND.clone();
        int from = HEADER_BYTES + at % (damaged.length - HEADER_BYTES);
        System.arraycopy(text, 0, damaged, from, Math.min(text.length, damaged.length - from));
        readOrRefuse(damaged);
    }

    @Property(tries = 300)
    void truncation(@ForAll @IntRange(min = 0, max = 10_000) int length) throws IOException {
        Files.write(FILE, Arrays.copyOf(SOUND, length % SOUND.length));
        assertThat(isRead()).isFalse();
    }

    @Property(tries = 100)
    void extension(@ForAll @IntRange(min = 1, max = 1000) int extra) throws IOException {
        Files.write(FILE, Arrays.copyOf(SOUND, SOUND.length + extra));
        assertThat(isRead()).isFalse();
    }

    private static void readOrRefuse(byte[] content) throws IOException {
        Files.write(FILE, content);
        isRead();
    }

    private static boolean isRead() {
        try (Scope scope = Scope.open()) {
            SafetensorsFile content = Safetensors.read(FILE);
            Safetensors.header(FILE).tensors().forEach((name, entry) -> {
                assertThat(content.tensor(name).shape()).isEqualTo(entry.dimensions());
                assertThat(content.tensor(name).scalar_type().value)
                        .isEqualTo(entry.type().scalarType().value);
            });
            return true;
        } catch (UserException e) {
            assertThat(e).hasMessageStartingWith(FILE.toString());
            assertThat(e).message().hasLineCount(1);
            return false;
        }
    }
}
