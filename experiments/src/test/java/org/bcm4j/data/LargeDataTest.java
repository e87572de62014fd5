package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two million images of 64 x 64 in colour, 24.6 GB in one sparse file, take next to no memory of the process. */
class LargeDataTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int COUNT = 2_000_000;
    private static final int LENGTH = 3 * 64 * 64;
    private static final long MAX_GROWTH_KILOBYTES = 100_000;

    @TempDir
    Path directory;

    @Test
    @Tag("large")
    void aPackedSetOfAnySizeTakesNextToNoMemory() throws IOException {
        assumeThat(STATUS).exists();
        write();
        long before = anonymousKilobytes();
        LabelledImages images = new PackedImages(directory).training();
        ShuffledOrder order = new ShuffledOrder(images.size(), 1);
        long sum = 0;
        for (int step = 0; step < 200; step++) {
            for (byte value : images.pixels(order.indices(64L * step, 64))) {
                sum += value;
            }
        }
        long growth = anonymousKilobytes() - before;
        System.out.printf("2 million images: %,d kB more of the process's own memory%n", growth);

        assertThat(sum).isZero();
        assertThat(images.pixels(COUNT - 1)).endsWith(1, 2, 3);
        assertThat(images.pixels(0)).startsWith(4, 5, 6);
        assertThat(growth).isLessThan(MAX_GROWTH_KILOBYTES);
    }

    private void write() throws IOException {
        Files.writeString(directory.resolve("dataset.json"), "{\"classes\": [\"all\"]}");
        Path folder = Files.createDirectories(directory.resolve("train"));
        long images = sparse(
                folder.resolve("images.npy"),
                ScalarType.Byte,
                List.of((long) COUNT, 3L, 64L, 64L),
                (long) COUNT * LENGTH);
        sparse(folder.resolve("labels.npy"), ScalarType.Long, List.of((long) COUNT), 8L * COUNT);
        try (FileChannel channel = FileChannel.open(folder.resolve("images.npy"), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {4, 5, 6}), images);
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), channel.size() - 3);
        }
    }

    /** Writes an array of zeros, and returns where its values begin. */
    private static long sparse(Path file, ScalarType type, List<Long> shape, long bytes) throws IOException {
        byte[] header = new NpyHeader(type, shape, false, false, 0).encoded();
        try (RandomAccessFile array = new RandomAccessFile(file.toFile(), "rw")) {
            array.write(header);
            array.setLength(header.length + bytes);
        }
        return header.length;
    }

    /** Memory that is not a file's: the heap and native memory. */
    private static long anonymousKilobytes() throws IOException {
        System.gc();
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
