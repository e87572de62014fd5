package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class NpzPicturesTest extends SmallSets {
    @Test
    void arraysOfAdmHaveTheirChannelsLast() throws Exception {
        byte[] values = new byte[2 * 2 * 1 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (120 + i);
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            arrays.put("arr_0", HostTensors.ofBytes(values, 2, 2, 1, 3));
            arrays.put("arr_1", HostTensors.ofLongs(new long[] {2, 0}, 2));
            NumpyFiles.writeNpz(directory.resolve("adm.npz"), arrays);
            arrays.put("arr_1", HostTensors.ofLongs(new long[] {2}, 1));
            NumpyFiles.writeNpz(directory.resolve("short.npz"), arrays);
        }
        try (PictureSet set = open("adm.npz")) {
            assertThat(set.training().classes()).containsExactly("0", "1", "2");
            assertThat(contents(set.training())).containsExactly("adm.npz/0 2 120", "adm.npz/1 0 126");
            RasterPixels second = set.training().read(1);
            assertThat(List.of(second.channels(), second.height(), second.width()))
                    .containsExactly(3, 2, 1);
            assertThat(second.values())
                    .containsExactly((byte) 126, (byte) 129, (byte) 127, (byte) 130, (byte) 128, (byte) 131);
        }
        refused("one whole number for each of the 2 images", "short.npz");
    }

    @Test
    void arraysThatAreNotCompressedAreReadInPlace() throws Exception {
        npz(Map.of("images.npy", npy(7, 8, 9, 10)));
        try (PictureSet set = open("stored.npz")) {
            assertThat(contents(set.training())).containsExactly("stored.npz/0 7", "stored.npz/1 9");
        }
    }

    /** An array of images of 1 x 2. */
    private static byte[] npy(int... levels) {
        ByteArrayOutputStream npy = new ByteArrayOutputStream();
        npy.writeBytes(NumpyFiles.headerOfBytes(levels.length / 2, 1, 1, 2));
        IntStream.of(levels).forEach(npy::write);
        return npy.toByteArray();
    }

    private void npz(Map<String, byte[]> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(directory.resolve("stored.npz")))) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey());
                CRC32 sum = new CRC32();
                sum.update(array.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(array.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(array.getValue());
            }
        }
    }

    @Test
    void arraysAreVerifiedBeforeAnImageIsRead() throws Exception {
        npz(Map.of("images.npy", npy(7, 8, 9, 101)));
        byte[] stored = bytes("stored.npz");
        stored[new String(stored, StandardCharsets.ISO_8859_1).indexOf("\7\10\11e")] ^= 1;
        Files.write(directory.resolve("stored.npz"), stored);
        refused("its entry images.npy has another checksum than the archive says", "stored.npz");

        zip("packed.npz", Map.of("images.npy", npy(7, 8, 9, 10)));
        byte[] packed = bytes("packed.npz");
        zipFile(packed).putInt(description(zipFile(packed)) + 16, 0);
        Files.write(directory.resolve("packed.npz"), packed);
        refused("its entry images.npy has another checksum than the archive says", "packed.npz");
    }

    /** The archive says that the array has as many bytes as its header says. */
    @Test
    void imagesOfMoreThan2GiBAreRefused() throws Exception {
        byte[] header = NumpyFiles.headerOfBytes(1, 1, 46_341, 46_341);
        zip("large.npz", Map.of("images.npy", header));
        byte[] large = bytes("large.npz");
        zipFile(large).putInt(description(zipFile(large)) + 24, (int) (header.length + 46_341L * 46_341));
        Files.write(directory.resolve("large.npz"), large);
        refused("its shape is [1, 1, 46341, 46341], but at most 2147483647 rows are read", "large.npz");
    }

    @Test
    void whatCannotBeOpenedIsClosed() throws Exception {
        npz(Map.of("images.npy", npy(7, 8, 9, 10), "labels.npy", npy(1, 0)));
        refused("its array \"labels\" must hold one whole number", "stored.npz");
        assertThat(openFiles("stored.npz")).isZero();
    }
}
