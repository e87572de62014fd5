package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint of 280 million parameters, 1.1 GB, is read within 2.5 GB of memory and at 300 MB/s or better. */
class LargeCheckpointTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int TENSORS = 35;
    private static final int TENSOR_NUMBERS = 8_000_000;
    private static final long MAX_RESIDENT_KILOBYTES = 2_500_000;
    private static final double MIN_BYTES_PER_SECOND = 300e6;

    @TempDir
    Path directory;

    @Test
    @Tag("large")
    void isReadFastAndInLittleMemory() throws IOException, InterruptedException {
        assumeThat(STATUS).exists();
        Path file = directory.resolve("large.pt");
        write(file);
        // A process of its own, whose largest resident memory is that of reading alone.
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-Xmx512m",
                        "-cp",
                        ManagementFactory.getRuntimeMXBean().getClassPath(),
                        Child.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        double rate = Files.size(file) / Double.parseDouble(lines.get(0));
        long resident = Long.parseLong(lines.get(1));
        System.out.printf("read at %.0f MB/s with at most %,d kB resident%n", rate / 1e6, resident);
        assertThat(resident).as("kB resident").isLessThan(MAX_RESIDENT_KILOBYTES);
        assertThat(rate).as("bytes per second").isGreaterThan(MIN_BYTES_PER_SECOND);
    }

    /** Tensor i holds i and then, for ever, 0 to 999. */
    private static void write(Path file) throws IOException {
        PickleBytes pickle = new PickleBytes().codes('}', '(');
        for (int i = 0; i < TENSORS; i++) {
            pickle.text("layer." + i)
                    .tensor(
                            Integer.toString(i),
                            TENSOR_NUMBERS,
                            0,
                            new long[] {TENSOR_NUMBERS / 1000, 1000},
                            new long[] {1000, 1});
        }
        byte[] description = pickle.codes('u').end();
        ByteBuffer numbers = ByteBuffer.allocate(TENSOR_NUMBERS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < TENSOR_NUMBERS; i++) {
            numbers.putFloat(i % 1000);
        }
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "large/data.pkl", description);
            for (int i = 0; i < TENSORS; i++) {
                put(zip, "large/data/" + i, numbers.putFloat(0, i).array());
            }
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(TorchBytes.entry(name, ZipEntry.STORED, content));
        zip.write(content);
    }

    /** Reads the file and tells the seconds that took and its largest resident memory in kB. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            try (Scope scope = Scope.open()) {
                long start = System.nanoTime();
                Checkpoint checkpoint = Checkpoint.read(Path.of(arguments[0]));
                double seconds = (System.nanoTime() - start) / 1e9;
                for (int i = 0; i < TENSORS; i++) {
                    Tensor tensor = checkpoint.tensor("layer." + i);
                    double sum = tensor.sum().item_double();
                    // float32 sums of millions are exact to about 1e-6.
                    double expected = i + 499.5 * TENSOR_NUMBERS;
                    if (Math.abs(sum - expected) > 1e-4 * expected
                            || tensor.flatten().select(0, 0).item_float() != i) {
                        throw new AssertionError("layer." + i + " sums to " + sum);
                    }
                }
                System.out.println(seconds);
                System.out.println(residentKilobytes());
            }
        }

        private static long residentKilobytes() throws IOException {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
