package org.bcm4j.interop;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bcm4j.ProcessMemory;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.checkpoint.PickleBytes;
import org.bcm4j.checkpoint.TorchBytes;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.TrainingConfig;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint of the paper's ImageNet network, 1.1 GB, becomes a model folder within 2.5 GB of memory, and is read at 300 MB/s or
 * better.
 */
class LargeImportTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path EXPERIMENT = Path.of("../configs/imagenet64.yaml");
    private static final long MAX_RESIDENT_KILOBYTES = 2_500_000;
    private static final double MIN_BYTES_PER_SECOND = 300e6;

    /** After so many, a tensor's numbers start again. */
    private static final int PERIOD = 1000;

    @TempDir
    Path directory;

    @Test
    @Tag("large")
    void isFastAndTakesLittleMemory() throws IOException, InterruptedException {
        assumeThat(STATUS).exists();
        Path file = directory.resolve("large.pt");
        write(file, network().build().layout());
        assertThat(Files.size(file)).isGreaterThan(1_100_000_000L);
        // A process of its own, whose largest resident memory is that of importing alone.
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-Xmx512m",
                        "-cp",
                        ManagementFactory.getRuntimeMXBean().getClassPath(),
                        Child.class.getName(),
                        file.toString(),
                        directory.resolve("model").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        double rate = Files.size(file) / Double.parseDouble(lines.get(0));
        long resident = Long.parseLong(lines.get(1));
        System.out.printf("read at %.0f MB/s, imported with at most %,d kB resident%n", rate / 1e6, resident);
        assertThat(resident).as("kB resident").isLessThan(MAX_RESIDENT_KILOBYTES);
        assertThat(rate).as("bytes per second").isGreaterThan(MIN_BYTES_PER_SECOND);
    }

    private static NetworkConfig network() {
        return ConfigFile.read(EXPERIMENT, TrainingConfig.class).network();
    }

    /** The i-th parameter holds i and then, for ever, 0 to 999. */
    private static void write(Path file, WeightLayout layout) throws IOException {
        PickleBytes pickle = new PickleBytes().codes('}', '(');
        int count = 0;
        int largest = 0;
        for (Map.Entry<String, WeightLayout.Slot> parameter : layout.slots().entrySet()) {
            long[] shape = parameter.getValue().dimensions();
            int size = Math.toIntExact(parameter.getValue().size());
            pickle.text(parameter.getKey()).tensor(Integer.toString(count++), size, 0, shape, strides(shape));
            largest = Math.max(largest, size);
        }
        ByteBuffer numbers = ByteBuffer.allocate(largest * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < largest; i++) {
            numbers.putFloat(i % PERIOD);
        }
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "large/data.pkl", pickle.codes('u').end());
            int number = 0;
            for (WeightLayout.Slot slot : layout.slots().values()) {
                byte[] all = numbers.putFloat(0, number).array();
                int bytes = Math.toIntExact(slot.size() * Float.BYTES);
                put(zip, "large/data/" + number++, Arrays.copyOf(all, bytes));
            }
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(TorchBytes.entry(name, ZipEntry.STORED, content));
        zip.write(content);
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }

    /** Imports the file as {@code bcm import} does, and tells the seconds that reading took and its largest resident memory in kB. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            CheckpointImport reading = new CheckpointImport(CheckpointImport.Family.BCM);
            NetworkConfig network = network();
            try (Scope scope = Scope.open()) {
                long start = System.nanoTime();
                Checkpoint checkpoint = Checkpoint.read(Path.of(arguments[0]));
                double seconds = (System.nanoTime() - start) / 1e9;
                Checkpoint weights = reading.weightsIn(checkpoint, Optional.empty());
                try (Weights loaded = reading.load(weights, network, Device.CPU)) {
                    ModelConfig config =
                            new ModelConfig(ModelConfig.FORMAT, ModelKind.BIDIRECTIONAL, network, "unknown", List.of());
                    ModelFolder.write(Path.of(arguments[1]), config, loaded, RecommendedWalks.UNTUNED, "# Large\n");
                    requireContent(loaded);
                }
                System.out.println(seconds);
                System.out.println(ProcessMemory.kilobytes("VmHWM"));
            }
        }

        private static void requireContent(Weights loaded) {
            int number = 0;
            for (Map.Entry<String, Tensor> parameter : loaded.views().entrySet()) {
                Tensor flat = parameter.getValue().flatten();
                long last = flat.numel() - 1;
                boolean right = flat.select(0, 0).item_float() == number++
                        && (last == 0 || flat.select(0, last).item_float() == last % PERIOD);
                if (!right) {
                    throw new AssertionError(parameter.getKey() + " holds other numbers than the file");
                }
            }
        }
    }
}
