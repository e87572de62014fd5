package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bcm4j.config.ConfigFile;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedImagesTest {
    private static final int COUNT = 5;
    private static final int LENGTH = 3 * 2 * 4;

    /** Of numbers up to 2 to float32, twice. */
    private static final Offset<Double> ROUNDING = Offset.offset(3e-7);

    /** What a configuration's data block is read as. */
    private record Part(DataSource data) {}

    @TempDir
    Path directory;

    private final Scope scope = Scope.open();

    /** Training images whose bytes count up from the first to the last, past 127, of the classes 0, 1, 2, 0, 1; a single test image. */
    @BeforeEach
    void pack() throws IOException {
        Files.writeString(directory.resolve("dataset.json"), """
                {"classes": ["cat", "dog", "owl"], "source": "counted", "license": "none"}
                """);
        byte[] values = new byte[COUNT * LENGTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (2 * i);
        }
        write("train/images.npy", HostTensors.ofBytes(values, COUNT, 3, 2, 4));
        write("train/labels.npy", HostTensors.ofLongs(new long[] {0, 1, 2, 0, 1}, COUNT));
        write("test/images.npy", HostTensors.ofBytes(new byte[] {-1, 0}, 1, 1, 1, 2));
        write("test/labels.npy", HostTensors.ofLongs(new long[] {2}, 1));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private void write(String file, Tensor array) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        NumpyFiles.writeNpy(path, array);
    }

    private static Tensor labels(long... labels) {
        return HostTensors.ofLongs(labels, labels.length);
    }

    private void refused(String message) {
        assertThatThrownBy(new PackedImages(directory)::training)
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void imagesAndClassesAreThoseOfTheFiles() {
        LabelledImages images = new PackedImages(directory).training();

        assertThat(images.size()).isEqualTo(COUNT);
        assertThat(images.channels()).isEqualTo(3);
        assertThat(images.height()).isEqualTo(2);
        assertThat(images.width()).isEqualTo(4);
        assertThat(images.classNames()).containsExactly("cat", "dog", "owl");
        assertThat(HostTensors.longs(images.labels(2, 0, 4))).containsExactly(2, 0, 1);
        // Image 3 begins with 2 · 3 · 24 = 144, image 1 with 48; as signals, v/127.5 - 1 in float32.
        byte[] bytes = HostTensors.bytes(images.bytes(3, 1));
        float[] signals = HostTensors.floats(images.images(3, 1));
        for (int k = 0; k < LENGTH; k++) {
            assertThat(Byte.toUnsignedInt(bytes[k])).isEqualTo(144 + 2 * k);
            assertThat(Byte.toUnsignedInt(bytes[LENGTH + k])).isEqualTo(48 + 2 * k);
            assertThat((double) signals[k]).isCloseTo((144 + 2 * k) / 127.5 - 1, ROUNDING);
        }
    }

    @Test
    void imagesCanBeInSeveralFiles() throws IOException {
        byte[] whole = HostTensors.bytes(new PackedImages(directory).training().bytes(0, 1, 2, 3, 4));
        Files.delete(directory.resolve("train/images.npy"));
        write("train/images-00000.npy", HostTensors.ofBytes(Arrays.copyOf(whole, 2 * LENGTH), 2, 3, 2, 4));
        byte[] rest = Arrays.copyOfRange(whole, 2 * LENGTH, whole.length);
        write("train/images-00002.npy", HostTensors.ofBytes(rest, 3, 3, 2, 4));

        LabelledImages images = new PackedImages(directory).training();
        assertThat(images.size()).isEqualTo(COUNT);
        assertThat(HostTensors.bytes(images.bytes(0, 1, 2, 3, 4))).isEqualTo(whole);

        write("train/images-00003.npy", HostTensors.ofBytes(new byte[LENGTH], 1, 3, 4, 2));
        refused("images-00003.npy: is uint8 [1, 3, 4, 2], but images-00000.npy is uint8 [2, 3, 2, 4]");
    }

    /** The numbers of files have five digits, or more. */
    @Test
    void filesAreInTheOrderOfTheirNumbers() throws IOException {
        Files.delete(directory.resolve("train/images.npy"));
        for (int number : new int[] {100_000, 99_999, 100_001, 7, 1_000_000}) {
            byte[] image = new byte[LENGTH];
            Arrays.fill(image, (byte) number);
            write("train/images-%05d.npy".formatted(number), HostTensors.ofBytes(image, 1, 3, 2, 4));
        }
        LabelledImages images = new PackedImages(directory).training();
        assertThat(PictureTree.levels(images))
                .containsExactly(7, (byte) 99_999, (byte) 100_000, (byte) 100_001, (byte) 1_000_000);
    }

    @Test
    void testImagesLieBesideAndGreyOnesDoToo() {
        LabelledImages images = new PackedImages(directory).test();

        assertThat(images.size()).isEqualTo(1);
        assertThat(images.channels()).isEqualTo(1);
        assertThat(new PackedImages(directory).hasTest()).isTrue();
        assertThat(HostTensors.floats(images.images(0))).containsExactly(1, -1);
        assertThat(HostTensors.longs(images.labels(0))).containsExactly(2);
    }

    @Test
    void aConfigurationNamesThem() {
        Part part = ConfigFile.parse("data: {kind: packed-images, directory: data/faces}", "x.yaml", Part.class);

        assertThat(part.data()).isEqualTo(new PackedImages(Path.of("data/faces")));
        assertThat(part.data().title()).isEqualTo("faces");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dataset.json", "train/images.npy", "train/labels.npy"})
    void aMissingFileIsNamed(String file) throws IOException {
        Files.delete(directory.resolve(file));
        refused(file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"names\": [\"cat\"]} | \"classes\"",
                "{\"classes\": []} | at least one name",
                "{\"classes\": [\"cat\", \"dog\", \"cat\"]} | no name twice",
            })
    void theNamesOfTheClassesMustBeSound(String description, String message) throws IOException {
        Files.writeString(directory.resolve("dataset.json"), description);
        refused("dataset.json:1:");
        refused(message);
    }

    @Test
    void imagesOfAnotherTypeOrShapeAreRefused() throws IOException {
        write("train/images.npy", HostTensors.ofFloats(new float[COUNT * LENGTH], COUNT, 3, 2, 4));
        refused("train/images.npy: must be uint8 [N,C,H,W] with C 1 or 3, is float32 [5, 3, 2, 4]");
        write("train/images.npy", HostTensors.ofBytes(new byte[COUNT * LENGTH], COUNT, 2, 4, 3));
        refused("is uint8 [5, 2, 4, 3]");
        write("train/images.npy", HostTensors.ofBytes(new byte[COUNT * LENGTH], COUNT, 3, 8));
        refused("is uint8 [5, 3, 8]");
        write("train/images.npy", HostTensors.ofBytes(new byte[0], 0, 3, 2, 4));
        refused("is uint8 [0, 3, 2, 4]");
    }

    @Test
    void labelsOfAnotherTypeOrShapeAreRefused() throws IOException {
        write("train/labels.npy", labels(0, 1, 2, 0, 1).to(ScalarType.Int));
        refused("train/labels.npy: must be int64 [N], is int32 [5]");
        write("train/labels.npy", HostTensors.ofLongs(new long[COUNT], COUNT, 1));
        refused("is int64 [5, 1]");
    }

    @Test
    void labelsMustBeClassesAndOneForEachImage() throws IOException {
        write("train/labels.npy", labels(0, 1, 3, 0, 1));
        refused("label 2 is 3, not 0 to 2");
        write("train/labels.npy", labels(0, 1, 2, 0, -1));
        refused("label 4 is -1, not 0 to 2");
        write("train/labels.npy", labels(0, 1, 2, 0, 1L << 32));
        refused("label 4 is 4294967296, not 0 to 2");
        write("train/labels.npy", labels(0, 1, 2, 0));
        refused("train/labels.npy: has 4 labels for the 5 images of images.npy");
    }

    @Test
    void cutFilesAreRefused() throws IOException {
        Path file = directory.resolve("train/images.npy");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        refused("train/images.npy is not a valid NumPy array");
    }

    /** Sparse files, which take no room on the disk. One mapping holds less than 2 GiB. */
    @Test
    void threeGibibytesAreReadInParts() throws IOException {
        int count = 1 << 20;
        int length = 3 * 32 * 32;
        Path images = directory.resolve("train/images.npy");
        long at = zeros(images, ScalarType.Byte, List.of((long) count, 3L, 32L, 32L), (long) count * length);
        zeros(directory.resolve("train/labels.npy"), ScalarType.Long, List.of((long) count), 8L * count);
        int[] marked = {0, 349_525, 349_526, count - 1}; // among them the last of the first GiB, which is not whole
        try (RandomAccessFile array = new RandomAccessFile(images.toFile(), "rw")) {
            for (int image : marked) {
                array.seek(at + (long) image * length);
                array.writeInt(image);
            }
        }
        LabelledImages read = new PackedImages(directory).training();

        assertThat(read.size()).isEqualTo(count);
        for (int image : marked) {
            byte[] pixels = read.pixels(image);
            assertThat(ByteBuffer.wrap(pixels).getInt()).isEqualTo(image);
            assertThat(pixels[length - 1]).isZero();
        }
    }

    private static long zeros(Path file, ScalarType type, List<Long> shape, long bytes) throws IOException {
        byte[] header = new NpyHeader(type, shape, false, false, 0).encoded();
        Files.write(file, header);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(header.length + bytes);
        }
        return header.length;
    }
}
