package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;

/** Pictures of one level each, as PNG. */
public final class TinyPictures {
    private TinyPictures() {}

    public static byte[] png(int level, int channels, int height, int width) {
        byte[] values = new byte[channels * height * width];
        Arrays.fill(values, (byte) level);
        try (Scope scope = Scope.open()) {
            return ImageFiles.png(HostTensors.ofBytes(values, channels, height, width));
        }
    }

    public static void write(Path file, int level, int channels, int height, int width) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, png(level, channels, height, width));
    }
}
