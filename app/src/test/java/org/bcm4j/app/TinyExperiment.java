package org.bcm4j.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** An experiment of a few seconds on a data set of its own: sixteen 8 x 8 pictures in the files of Fashion-MNIST. */
public final class TinyExperiment {
    private static final int IMAGES = 16;
    private static final int SIDE = 8;

    private TinyExperiment() {}

    /** The configuration; {@code directory} is where {@link #writeData} puts the images. */
    public static String yaml(Path directory) {
        return """
                data: {kind: fashion-mnist, directory: %s}
                network:
                  image_size: 8
                  image_channels: 1
                  width: 8
                  multipliers: [1]
                  blocks: 1
                  attention: []
                  head_width: 8
                  conditioning: joint
                batch_size: 4
                stages:
                  - steps: 4
                    terms: [{kind: bidirectional-consistency}]
                    curriculum: {kind: doubling, s0: 2, s1: 4}
                output: {log_every: 1, checkpoint_every: 2, samples_every: 1000000}
                """.formatted(directory.toString());
    }

    /** The paper's experiments on 8 x 8 grey pictures of two classes; {@code data} is their data block, in one line. */
    public static String reproduction(String data) {
        return """
                training:
                  data: %s
                  network: {image_size: 8, image_channels: 1, width: 8, multipliers: [1], blocks: 1, attention: [],
                    head_width: 8, conditioning: joint, classes: 2, null_class: true}
                  label_dropout: 0.1
                  batch_size: 4
                  stages:
                    - steps: 1
                      terms: [{kind: denoising}]
                      curriculum: {kind: doubling, s0: 2, s1: 4}
                    - steps: 1
                      terms: [{kind: bidirectional-consistency}, {kind: inversion-consistency}]
                      curriculum: {kind: doubling, s0: 2, s1: 4}
                  output: {log_every: 1, checkpoint_every: 5, samples_every: 1000000}
                warm_up_share: 0.2
                measuring: {seeds: 2, samples: 4, inverted: 3, edited: 3, pairs: 2, tuning_images: 3, trials: 2, embedded: 3}
                """.formatted(data);
    }

    public static void writeData(Path directory) throws IOException {
        writeData(directory, "train", IMAGES, SIDE);
    }

    /** Images of {@code side} x {@code side} pixels in ten classes, as Fashion-MNIST's files {@code split}-images and -labels. */
    public static void writeData(Path directory, String split, int images, int side) throws IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve(split + "-images-idx3-ubyte"))) {
            out.write(ints(0x803, images, side, side));
            for (int i = 0; i < images * side * side; i++) {
                out.write(i * 37);
            }
        }
        try (OutputStream out = Files.newOutputStream(directory.resolve(split + "-labels-idx1-ubyte"))) {
            out.write(ints(0x801, images));
            for (int i = 0; i < images; i++) {
                out.write(i % 10);
            }
        }
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length);
        bytes.asIntBuffer().put(values);
        return bytes.array();
    }
}
