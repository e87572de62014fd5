package org.bcm4j.training;

import static org.bcm4j.tensor.TestDevice.testDevice;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.tensor.TestDevice;

/** Training on a scale at which a step takes milliseconds: 24 images of 8x8 in two classes, a network of one level and two blocks. */
final class TinyRun {
    static final int IMAGES = 24;
    static final int PIXELS = 64;

    private static final String CONFIG = """
        seed: 7
        data: {kind: fashion-mnist}
        network:
          image_size: 8
          image_channels: 1
          patch: 2
          width: 8
          multipliers: [1, 2]
          blocks: 1
          attention: []
          head_width: 8
          scale_shift_norm: true
          dropout: 0.2
          conditioning: joint
          classes: 10
          null_class: true
        batch_size: 8
        micro_batches: 2
        stable_targets: 4
        label_dropout: 0.2
        stages:
          - steps: 10
            terms: [{kind: denoising}]
            curriculum: {kind: doubling, s0: 2, s1: 2}
            optimizer: {learning_rate: 0.001, decay_from: 0.7}
            ema_rate: 0.9
          - steps: 50
            terms: [{kind: bidirectional-consistency}]
            curriculum: {kind: doubling, s0: 2, s1: 8}
            optimizer: {learning_rate: 0.001, decay_from: 0.7}
            ema_rate: 0.9
        precision: fp32
        output: {log_every: 10, checkpoint_every: 10, samples_every: 1000}
        """;

    /** Terms that take 2, 3, 2 and 2 of the eight images of a batch, so that some of four parts have none for a term. */
    static final String TERMS_WITH_SHARES = "[{kind: bidirectional-consistency, soft_share: 0.25},"
            + " {kind: inversion-consistency, share: 0.4},"
            + " {kind: trajectory-matching, share: 0.3, reuse: 2, points: 3},"
            + " {kind: adversarial, share: 0.3, width: 8}]";

    private TinyRun() {}

    /**
     * Writes random images, and the configuration of a run on them: a stage of 10 steps of denoising, then one of 50 of the paper's objective
     * during which the grid changes at the steps 26 and 42, with dropout, label dropout and two micro-batches.
     *
     * @param settings {@code key=value} changes to it
     */
    static TrainingConfig config(Path data, String... settings) {
        return config(data, (image, pixel) -> (image * 37 + pixel * pixel * 11) % 256, settings);
    }

    /**
     * The same on given images: image i has class i mod 2.
     *
     * @param value the byte of an image at a pixel, by their indices
     */
    static TrainingConfig config(Path data, IntBinaryOperator value, String... settings) {
        ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * PIXELS);
        images.putInt(0x803).putInt(IMAGES).putInt(8).putInt(8);
        ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES).putInt(0x801).putInt(IMAGES);
        for (int image = 0; image < IMAGES; image++) {
            labels.put((byte) (image % 2));
            for (int pixel = 0; pixel < PIXELS; pixel++) {
                images.put((byte) value.applyAsInt(image, pixel));
            }
        }
        try {
            Files.createDirectories(data);
            Files.write(data.resolve("train-images-idx3-ubyte"), images.array());
            Files.write(data.resolve("train-labels-idx1-ubyte"), labels.array());
            Path file = Files.writeString(data.resolve("tiny.yaml"), CONFIG);
            List<String> all =
                    new ArrayList<>(List.of("data.directory=" + data, "device=" + TestDevice.name(testDevice())));
            all.addAll(Arrays.asList(settings));
            return ConfigFile.read(file, TrainingConfig.class, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves only the first of the images that {@link #config} wrote. */
    static void keepImages(Path data, int count) {
        try {
            ByteBuffer images = ByteBuffer.wrap(Files.readAllBytes(data.resolve("train-images-idx3-ubyte")));
            ByteBuffer labels = ByteBuffer.wrap(Files.readAllBytes(data.resolve("train-labels-idx1-ubyte")));
            Files.write(
                    data.resolve("train-images-idx3-ubyte"),
                    Arrays.copyOf(images.putInt(4, count).array(), 16 + count * PIXELS));
            Files.write(
                    data.resolve("train-labels-idx1-ubyte"),
                    Arrays.copyOf(labels.putInt(4, count).array(), 8 + count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The setting that leaves the second stage alone, of so many steps. */
    static String oneStage(long steps) {
        return """
            stages=[{
              steps: %d,
              terms: [{kind: bidirectional-consistency}],
              curriculum: {kind: doubling, s0: 2, s1: 8},
              optimizer: {learning_rate: 0.001, decay_from: 0.7},
              ema_rate: 0.9}]
            """.formatted(steps);
    }

    /** The file that holds the whole state of a run after a step. */
    static Path checkpoint(Path run, long step) {
        return run.resolve("checkpoints").resolve("step-%08d.safetensors".formatted(step));
    }

    /** The names of the files in a run's {@code checkpoints}, hidden ones included. */
    static List<String> checkpointFiles(Path run) {
        try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
