package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** The rows of [[1, 2, 3], [4, 5, 6]], as other programs, other machines and Python 2 write them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '<u1', 'fortran_order': False, 'shape': (2, 3), }|010203040506",
                "{'descr': '=u1', 'fortran_order': False, 'shape': (2L, 3L), }|010203040506",
                "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"|u1\"}|010203040506",
                "{'descr': '>u1', 'fortran_order': True, 'shape': (2, 3), }|010402050306",
                "{'descr': '>i4', 'fortran_order': False, 'shape': (2, 3), }|000000010000000200000003000000040000000500000006",
                "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }|3f80000040800000400000004"
                        + "0a000004040000040c00000",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }|0000803f00008040000000400000a0400000404"
                        + "00000c040",
                "{'descr': '>f8', 'fortran_order': False, 'shape': (2, 3), }|3ff000000000000040000000000000004008000000000000"
                        + "401000000000000040140000000000004018000000000000"
            })
    void otherWritersArraysAreReadAsNumpyReadsThem(String written) throws IOException {
        String[] parts = written.split("\\|(?=[0-9a-f]+$)", 2);
        byte[] array = concatenate(header(1, parts[0] + "\n"), HexFormat.of().parseHex(parts[1]));
        Files.write(file, array);
        Path archive = directory.resolve("a.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry("__MACOSX/._a.npy"));
            zip.putNextEntry(new ZipEntry("notes.txt"));
            zip.putNextEntry(new ZipEntry("a.npy"));
            zip.write(array);
        }
        List<Tensor> read = new ArrayList<>(List.of(
                NumpyFiles.readNpy(file),
                NumpyFiles.readNpz(archive, "a"),
                NumpyFiles.readNpz(archive).get("a")));
        NpzArray.of(archive, "a").forEachRows(2, rows -> read.add(Scope.own(rows.clone())));
        for (Tensor tensor : read) {
            assertThat(tensor.shape()).containsExactly(2, 3);
            assertThat(HostTensors.doubles(tensor)).containsExactly(1, 2, 3, 4, 5, 6);
        }
        read.get(3).releaseReference();
        MappedArray mapped = MappedArray.of(file);
        assertThat(mapped.parts()).hasSize(1);
        ByteBuffer part = mapped.parts().get(0);
        double[] values = new double[6];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (mapped.header().type()) {
                case Byte -> part.get(i);
                case Int -> part.getInt(4 * i);
                case Float -> part.getFloat(4 * i);
                default -> part.getDouble(8 * i);
            };
        }
        assertThat(values).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(NumpyFiles.names(archive)).containsExactly("a");
    }

    @Test
    void anArrayThatIsNotThereIsNamed() {
        Path archive = directory.resolve("a.npz");
        NumpyFiles.writeNpz(archive, Map.of("images", HostTensors.ofBytes(new byte[1], 1)));
        assertThatThrownBy(() -> NumpyFiles.readNpz(archive, "noises"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no array \"noises\", only [images.npy]");
    }

    @Test
    void whatOnlyBearsTheNameIsRecognised() throws IOException {
        for (String name : List.of("a.npy", "a.npz")) {
            Path pointer = Files.writeString(
                    directory.resolve(name), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n");
            assertThatThrownBy(() -> {
                        if (name.endsWith("y")) {
                            NumpyFiles.readNpy(pointer);
                        } else {
                            NumpyFiles.readNpz(pointer);
                        }
                    })
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(pointer + " is a Git LFS pointer");
        }
    }

    @Test
    void refusesWithAReason() throws IOException {
        refused("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "numbers of type |O");
        refused("{'descr': '>f2', 'fortran_order': False, 'shape': (2,), }", "numbers of type >f2");
        refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "lacks a simple type");
        refused("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", "an order");
        refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "but it has");
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
                .hasMessage(archive + ": is not a .npz file; name one");
        Files.writeString(archive, "PK, and no more");
        assertThatThrownBy(() -> NumpyFiles.readNpz(archive))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(archive.toString())
                .hasMessageContaining("cannot be unpacked (");
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
