package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.bcm4j.data.FashionMnist.Split;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
    private static final byte[] TWO_IMAGES = idx(3, new int[] {2, 1, 3}, 0, 51, 255, 1, 2, 3);
    private static final byte[] TWO_LABELS = idx(1, new int[] {2}, 9, 0);

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

    @Test
    void readsPlainAndGzippedFiles() throws IOException {
        Files.write(directory.resolve("t10k-images-idx3-ubyte.gz"), gzip(TWO_IMAGES));
        Files.write(directory.resolve("t10k-labels-idx1-ubyte"), TWO_LABELS);
        LabelledImages images = new FashionMnist(Optional.of(directory)).read(Split.TEST);

        assertThat(images.size()).isEqualTo(2);
        assertThat(images.classNames()).hasSize(10).endsWith("Ankle boot");
        Tensor batch = images.images(1, 0, 0);
        assertThat(batch.shape()).containsExactly(3, 1, 1, 3);
        assertThat(HostTensors.floats(batch))
                .containsExactly(
                        1 / 127.5f - 1, 2 / 127.5f - 1, 3 / 127.5f - 1, -1, 51 / 127.5f - 1, 1, -1, 51 / 127.5f - 1, 1);
        assertThat(HostTensors.longs(images.bytes(0))).containsExactly(0, 51, 255);
        assertThat(HostTensors.longs(images.labels(1, 0))).containsExactly(0, 9);
        assertThatThrownBy(() -> images.images(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> images.labels(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void readsTheInstalledDataSet() {
        assumeThat(FashionMnist.DEFAULT_DIRECTORY).exists();
        LabelledImages test = new FashionMnist(Optional.empty()).read(Split.TEST);

        assertThat(test.size()).isEqualTo(10_000);
        assertThat(test.images(0).shape()).containsExactly(1, 1, 28, 28);
        // The first test image is an ankle boot; the classes are balanced.
        assertThat(HostTensors.longs(test.labels(0))).containsExactly(9);
        long[] all = new long[test.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        assertThat(Arrays.stream(HostTensors.longs(test.labels(all))).filter(label -> label == 3))
                .hasSize(1000);
    }

    @Test
    void saysHowToGetTheDataSet() {
        assertThatThrownBy(() -> new FashionMnist(Optional.of(directory)).read(Split.TRAIN))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no train-images-idx3-ubyte(.gz) in " + directory)
                .hasMessageContaining("apt-get install dataset-fashion-mnist");
    }

    @Test
    void refusesDamagedFiles() throws IOException {
        assertRefused(idx(1, new int[] {2}, 1, 2), TWO_LABELS, "00000801 instead of 00000803");
        assertRefused(idx(3, new int[] {2, 1, 4}, 0, 1, 2), TWO_LABELS, "does not hold the 8 values");
        assertRefused(idx(3, new int[] {1, 1, 1}, 0, 1), TWO_LABELS, "does not hold the 1 values");
        assertRefused(idx(3, new int[] {-1, 1, 1}), TWO_LABELS, "announces");
        assertRefused(idx(3, new int[] {65536, 65536, 65536}), TWO_LABELS, "announces");
        assertRefused(idx(3, new int[] {0, 1, 1}), TWO_LABELS, "holds no images");
        assertRefused(new byte[3], TWO_LABELS, "ends too early");
        assertRefused(Arrays.copyOf(gzip(TWO_IMAGES), 25), TWO_LABELS, "ends too early");
        assertRefused(TWO_IMAGES, idx(1, new int[] {1}, 0), "1 labels for the 2 images");
        assertRefused(TWO_IMAGES, idx(1, new int[] {2}, 0, 10), "label 1 is 10");
    }

    private void assertRefused(byte[] images, byte[] labels, String reason) throws IOException {
        Files.write(directory.resolve("train-images-idx3-ubyte"), images);
        Files.write(directory.resolve("train-labels-idx1-ubyte"), labels);
        assertThatThrownBy(() -> new FashionMnist(Optional.of(directory)).read(Split.TRAIN))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining(reason);
    }

    private static byte[] idx(int dimensions, int[] shape, int... values) {
        ByteBuffer content =
                ByteBuffer.allocate(4 + 4 * shape.length + values.length).putInt(0x0800 | dimensions);
        for (int size : shape) {
            content.putInt(size);
        }
        for (int value : values) {
            content.put((byte) value);
        }
        return content.array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
