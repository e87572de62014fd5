package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumpyFilesTest {
    @TempDir
    Path directory;

    private Path file;
    private Scope scope;

    @BeforeEach
    void open() {
        file = directory.resolve("a.npy");
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Map<String, Tensor> oneOfEach() {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("images", HostTensors.ofBytes(new byte[] {0, (byte) 255, 7, 8, 9, 10}, 1, 2, 3));
        arrays.put("labels", HostTensors.ofLongs(new long[] {Long.MIN_VALUE, 3}, 2));
        arrays.put("counts", HostTensors.ofLongs(new long[] {-5, 5}, 2, 1).to(ScalarType.Int));
        arrays.put("latents", HostTensors.ofFloats(new float[] {-0.0f, 1e-30f}, 1, 2));
        arrays.put("mu", HostTensors.ofDoubles(new double[] {Math.E}));
        arrays.put("empty", HostTensors.ofFloats(new float[0], 0, 5));
        return arrays;
    }

    @Test
    void archivesComeBack() throws IOException {
        Map<String, Tensor> arrays = oneOfEach();
        Path archive = directory.resolve("a.npz");
        NumpyFiles.writeNpz(archive, arrays);
        byte[] content = Files.readAllBytes(archive);
        Map<String, Tensor> read = NumpyFiles.readNpz(archive);

        assertThat(read.keySet()).containsExactlyElementsOf(arrays.keySet());
        arrays.forEach((name, array) -> assertThat(read).hasEntrySatisfying(name, actual -> assertSame(actual, array)));
        NumpyFiles.writeNpz(archive, arrays);
        assertThat(Files.readAllBytes(archive)).isEqualTo(content);
    }

    @Test
    void singleArraysComeBack() {
        oneOfEach().forEach((name, array) -> {
            NumpyFiles.writeNpy(file, array);
            assertSame(NumpyFiles.readNpy(file), array);
        });
    }

    /** What numpy.save writes for numpy.array([[1, 2]], dtype="uint8"), byte for byte. */
    @Test
    void writesWhatNumpyWrites() throws IOException {
        NumpyFiles.writeNpy(file, HostTensors.ofBytes(new byte[] {1, 2}, 1, 2));
        String text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }";
        byte[] expected =
                concatenate(header(1, text + " ".repeat(128 - 10 - 1 - text.length()) + "\n"), new byte[] {1, 2});
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    @Test
    void readsLaterVersions() throws IOException {
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n";
        Files.write(file, concatenate(header(3, text), new byte[] {0, 0, (byte) 0x80, 0x3f}));
        Tensor one = NumpyFiles.readNpy(file);
        assertThat(one.shape()).isEmpty();
        assertThat(HostTensors.floats(one)).containsExactly(1);
    }

    @Test
    void refusesWithAReason() throws IOException {
        refused("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "numbers of type |O");
        refused("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "numbers of type >f4");
        refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "lacks a simple type");
        refused("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "column-major");
        refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "and it has");
        refused("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }", "impossible");
        refused("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "impossible");
        refused("{'descr': '<f4', 'fortran_order': False}", "a shape");
        Files.writeString(file, "hello, world");
        assertThatThrownBy(() -> NumpyFiles.readNpy(file)).isInstanceOf(UserException.class);
        Files.writeString(file, "");
        assertThatThrownBy(() -> NumpyFiles.readNpy(file)).isInstanceOf(UserException.class);
    }

    @Test
    void refusesOtherArchives() throws IOException {
        Path archive = directory.resolve("a.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry("a.txt"));
            zip.write('x');
        }
        assertThatThrownBy(() -> NumpyFiles.readNpz(archive))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.txt");
        Files.writeString(archive, "no archive");
        assertThatThrownBy(() -> NumpyFiles.readNpz(archive))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(archive.toString());
    }

    @Test
    void damagedArchivesAreRefusedOrRead() throws IOException {
        Path archive = directory.resolve("a.npz");
        NumpyFiles.writeNpz(archive, oneOfEach());
        byte[] sound = Files.readAllBytes(archive);
        Random random = new Random(17);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            byte[] damaged = Arrays.copyOf(sound, i % 4 == 0 ? random.nextInt(sound.length) : sound.length);
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(archive, damaged);
            try {
                NumpyFiles.readNpz(archive).values().forEach(Tensor::close);
            } catch (UserException e) {
                assertThat(e.getMessage()).contains(archive.toString());
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    private void refused(String text, String reason) throws IOException {
        Files.write(file, concatenate(header(1, text + "\n"), new byte[4]));
        assertThatThrownBy(() -> NumpyFiles.readNpy(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(reason);
    }

    private static byte[] header(int version, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = ByteBuffer.allocate(12 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            header.putShort((short) bytes.length);
        } else {
            header.putInt(bytes.length);
        }
        header.put(bytes);
        return Arrays.copyOf(header.array(), header.position());
    }

    private static byte[] concatenate(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.scalar_type().value).isEqualTo(expected.scalar_type().value);
        assertThat(HostTensors.doubles(actual)).isEqualTo(HostTensors.doubles(expected));
        assertThat(HostTensors.longs(actual)).isEqualTo(HostTensors.longs(expected));
    }
}
