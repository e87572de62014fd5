package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetTest {
    private static final int COUNT = 7;

    @TempDir
    Path directory;

    private Path file;
    private Scope scope;

    @BeforeEach
    void open() {
        file = directory.resolve("samples.npz");
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private byte[] write() {
        byte[] pixels = new byte[COUNT * 3 * 4 * 5];
        new Random(3).nextBytes(pixels);
        NumpyFiles.writeNpz(
                file,
                Map.of(
                        "images",
                        HostTensors.ofBytes(pixels, COUNT, 3, 4, 5),
                        "seed",
                        HostTensors.ofLongs(new long[] {1}, 1)));
        return pixels;
    }

    @Test
    void anArrayOfImagesComesInBatchesInItsOrder() {
        byte[] pixels = write();
        ImageSet set = ImageSet.at(file);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        List<Long> sizes = new ArrayList<>();
        set.forEachBatch(3, batch -> {
            assertThat(batch.shape()).endsWith(3, 4, 5);
            sizes.add(batch.size(0));
            seen.writeBytes(HostTensors.bytes(batch));
        });
        assertThat(set.count()).isEqualTo(COUNT);
        assertThat(sizes).containsExactly(3L, 3L, 1L);
        assertThat(seen.toByteArray()).isEqualTo(pixels);
    }

    @Test
    void aFileCutShortIsRefusedInOneLine() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> ImageSet.at(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("samples.npz")
                .hasMessageNotContaining("\n");
    }

    @Test
    void damagedContentIsNotedWhereItIsRead() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file);
        Arrays.fill(whole, whole.length / 3, whole.length / 2, (byte) 0x55);
        Files.write(file, whole);
        assertThatThrownBy(() -> ImageSet.at(file).forEachBatch(2, batch -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("samples.npz");
    }

    @Test
    void otherArraysAreNoImages() {
        Tensor floats = HostTensors.ofFloats(new float[12], 1, 3, 2, 2);
        NumpyFiles.writeNpz(file, Map.of("images", floats));
        assertThatThrownBy(() -> ImageSet.at(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is float32 [1,3,2,2], but images must be uint8 [N,C,H,W] with C 1 or 3");
        NumpyFiles.writeNpz(file, Map.of("pictures", floats));
        assertThatThrownBy(() -> ImageSet.at(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no array \"images\", only [pictures.npy]");
    }
}
