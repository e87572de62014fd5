package org.bcm4j.app.files;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/** An input image in the form that the model requires. It is in Java memory, so no scope frees it. */
public final class InputImage {
    private static final long HALF = 128;

    /** Most file systems allow 255 bytes; this leaves room for a number and an ending. */
    private static final int MOST_NAME_BYTES = 240;

    private final String name;
    private final String source;
    private final int channels;
    private final int side;
    private final byte[] levels;
    private final Optional<byte[]> opacity;

    /**
     * Takes ownership of the arrays.
     *
     * @param levels uint8 [channels,side,side], row by row
     * @param opacity uint8 [side,side], 0 (transparent) to 255 (opaque); absent if the file has no transparency
     */
    InputImage(String name, String source, int channels, int side, byte[] levels, Optional<byte[]> opacity) {
        this.name = name;
        this.source = source;
        this.channels = channels;
        this.side = side;
        this.levels = levels;
        this.opacity = opacity;
    }

    /** The name for files made from it, without ending. */
    public String name() {
        return name;
    }

    /** The name of the image in error messages. */
    public String source() {
        return source;
    }

    /** Its height and width. */
    public int side() {
        return side;
    }

    /** All images, float32 [N,C,H,W] in [-1,1], on the CPU. They must have the same size. */
    public static Tensor signals(List<InputImage> images) {
        Tensor[] signals = images.stream()
                .map(image ->
                        Pixels.toSignal(HostTensors.ofBytes(image.levels, image.channels, image.side, image.side)))
                .toArray(Tensor[]::new);
        return stack(0, signals);
    }

    /**
     * Whether each pixel is more transparent than opaque, bool [1,side,side]; absent if the file has no transparency.
     */
    public Optional<Tensor> transparent() {
        return opacity.map(alpha -> HostTensors.ofBytes(alpha, 1, side, side).lt(scalar(HALF)));
    }

    /** A file's name without its ending, shortened if it would be too long for files made from the image. */
    public static String nameOf(Path file) {
        String stem = FileNames.stem(file);
        while (stem.getBytes(StandardCharsets.UTF_8).length > MOST_NAME_BYTES) {
            stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
        }
        return stem;
    }
}
