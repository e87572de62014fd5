package org.bcm4j.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * A data set in memory, or mapped into it: images of one size, as bytes, and the class of each. Immutable, and safe for use by several
 * threads. Tensors are made on the CPU and belong to the caller's {@link org.bcm4j.tensor.Scope}.
 */
public final class LabelledImages {
    /** uint8, [size, channels, height, width]. */
    private final ByteBuffer pixels;

    private final int[] labels;
    private final int channels;
    private final int height;
    private final int width;
    private final List<String> classNames;

    /**
     * Takes over both arrays; they must not be changed any more.
     *
     * @param pixels uint8, [labels.length, channels, height, width]
     * @param labels for each image an index into {@code classNames}
     * @param channels 1 for grey, 3 for red, green, blue
     * @param classNames what the classes are called
     * @throws IllegalArgumentException if the numbers do not fit together
     */
    public LabelledImages(byte[] pixels, int[] labels, int channels, int height, int width, List<String> classNames) {
        this(ByteBuffer.wrap(pixels), labels, channels, height, width, classNames);
    }

    /** The same with images that may lie in a file, at the positions from 0 on. */
    LabelledImages(ByteBuffer pixels, int[] labels, int channels, int height, int width, List<String> classNames) {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("no images of " + channels + " x " + height + " x " + width);
        }
        long needed = Math.multiplyExact(Math.multiplyExact((long) channels * height, width), labels.length);
        if (pixels.capacity() != needed) {
            throw new IllegalArgumentException(pixels.capacity() + " bytes are not " + labels.length + " images of "
                    + channels + " x " + height + " x " + width);
        }
        for (int label : labels) {
            Objects.checkIndex(label, classNames.size());
        }
        this.pixels = pixels;
        this.labels = labels;
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.classNames = List.copyOf(classNames);
    }

    /** How many images there are. */
    public int size() {
        return labels.length;
    }

    public int channels() {
        return channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public List<String> classNames() {
        return classNames;
    }

    /**
     * The images at {@code indices}, float32 [B,C,H,W], byte b as b/127.5 - 1, in [-1,1].
     *
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public Tensor images(long... indices) {
        int length = channels * height * width;
        float[] batch = new float[Math.multiplyExact(indices.length, length)];
        byte[] image = new byte[length];
        for (int i = 0; i < indices.length; i++) {
            copy(indices[i], image, 0);
            for (int k = 0; k < length; k++) {
                batch[i * length + k] = Pixels.toSignal(image[k]);
            }
        }
        return HostTensors.ofFloats(batch, indices.length, channels, height, width);
    }

    /** The images at {@code indices} as they are stored, uint8 [B,C,H,W]; for metrics that start from bytes. */
    public Tensor bytes(long... indices) {
        int length = channels * height * width;
        byte[] batch = new byte[Math.multiplyExact(indices.length, length)];
        for (int i = 0; i < indices.length; i++) {
            copy(indices[i], batch, i * length);
        }
        return HostTensors.ofBytes(batch, indices.length, channels, height, width);
    }

    private void copy(long index, byte[] target, int at) {
        int length = channels * height * width;
        int from = Math.toIntExact(Objects.checkIndex(index, (long) size())) * length;
        pixels.get(from, target, at, length);
    }

    /**
     * The classes at {@code indices}, int64 [B].
     *
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public Tensor labels(long... indices) {
        long[] batch = new long[indices.length];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = labels[Math.toIntExact(Objects.checkIndex(indices[i], (long) size()))];
        }
        return HostTensors.ofLongs(batch, batch.length);
    }
}
