package org.bcm4j.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** An experiment of a few seconds on a data set of its own: sixteen 8 x 8 pictures in the files of Fashion-MNIST. */
final class TinyExperiment {
    private static final int IMAGES = 16;
    private static final int SIDE = 8;

    private TinyExperiment() {}

    /** The configuration; {@code directory} is where {@link #writeData} puts the images. */
    static String yaml(Path directory) {
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

    static void writeData(Path directory) throws IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve("train-images-idx3-ubyte"))) {
            out.write(ints(0x803, IMAGES, SIDE, SIDE));
            for (int i = 0; i < IMAGES * SIDE * SIDE; i++) {
                out.write(i * 37);
            }
        }
        try (OutputStream out = Files.newOutputStream(directory.resolve("train-labels-idx1-ubyte"))) {
            out.write(ints(0x801, IMAGES));
            for (int i = 0; i < IMAGES; i++) {
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
