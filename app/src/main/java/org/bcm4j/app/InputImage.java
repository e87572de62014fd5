package org.bcm4j.app;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/** An image that a command was given, as its model wants it: in Java's memory, so that no scope frees it. */
final class InputImage {
    private static final long HALF = 128;

    /** Of the 255 that a name may have on most disks: what is left beside a number and an ending. */
    private static final int MOST_NAME_BYTES = 240;

    private final String name;
    private final String source;
    private final int channels;
    private final int side;
    private final byte[] levels;
    private final Optional<byte[]> opacity;

    /**
     * Takes over the arrays.
     *
     * @param levels uint8 [channels,side,side], row by row
     * @param opacity uint8 [side,side], 0 (transparent) to 255 (opaque); absent if its file knows no transparency
     */
    InputImage(String name, String source, int channels, int side, byte[] levels, Optional<byte[]> opacity) {
        this.name = name;
        this.source = source;
        this.channels = channels;
        this.side = side;
        this.levels = levels;
        this.opacity = opacity;
    }

    /** For files made of it, without ending. */
    String name() {
        return name;
    }

    /** What to call it in an error. */
    String source() {
        return source;
    }

    /** Its height and width. */
    int side() {
        return side;
    }

    /** All images, float32 [N,C,H,W] in [-1,1], on the CPU; they must be of one size. */
    static Tensor signals(List<InputImage> images) {
        Tensor[] signals = images.stream()
                .map(image ->
                        Pixels.toSignal(HostTensors.ofBytes(image.levels, image.channels, image.side, image.side)))
                .toArray(Tensor[]::new);
        return stack(0, signals);
    }

    /** Whether each pixel is more transparent than not, bool [1,side,side]; absent if its file knows no transparency. */
    Optional<Tensor> transparent() {
        return opacity.map(alpha -> HostTensors.ofBytes(alpha, 1, side, side).lt(scalar(HALF)));
    }

    /** A file's name without its ending, cut where it would be too long for files that are made of the image. */
    static String nameOf(Path file) {
        String stem = EditOptions.stem(file);
        while (stem.getBytes(StandardCharsets.UTF_8).length > MOST_NAME_BYTES) {
            stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
        }
        return stem;
    }
}
