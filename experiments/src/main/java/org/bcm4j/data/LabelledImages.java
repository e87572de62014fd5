package org.bcm4j.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * A data set in memory, or mapped into memory: images of one size, as bytes, and the class of each. Immutable and
 * thread-safe. Tensors are created on the CPU and belong to the caller's {@link org.bcm4j.tensor.Scope}.
 */
public final class LabelledImages {
    private final ImageBytes pixels;

    private final int[] labels;
    private final int channels;
    private final int height;
    private final int width;
    private final List<String> classNames;

    /**
     * Takes ownership of both arrays, which must not change afterwards.
     *
     * @param pixels uint8, [labels.length, channels, height, width]
     * @param labels for each image an index into {@code classNames}
     * @param channels 1 for grey, 3 for red, green, blue
     * @param classNames the names of the classes
     * @throws IllegalArgumentException if the numbers do not match
     */
    public LabelledImages(byte[] pixels, int[] labels, int channels, int height, int width, List<String> classNames) {
        this(List.of(ByteBuffer.wrap(pixels)), labels, channels, height, width, classNames);
    }

    /** The same for images in several buffers, such as mapped files, each of which holds whole images. */
    LabelledImages(
            List<ByteBuffer> pixels, int[] labels, int channels, int height, int width, List<String> classNames) {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("no images of " + channels + " x " + height + " x " + width);
        }
        this.pixels = new ImageBytes(pixels, Math.multiplyExact(Math.multiplyExact(channels, height), width));
        if (this.pixels.count() != labels.length) {
            throw new IllegalArgumentException(this.pixels.count() + " images of " + channels + " x " + height + " x "
                    + width + " do not match " + labels.length + " labels");
        }
        for (int label : labels) {
            Objects.checkIndex(label, classNames.size());
        }
        this.labels = labels;
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.classNames = List.copyOf(classNames);
    }

    private LabelledImages(LabelledImages images, int... order) {
        this.pixels = images.pixels.inOrder(order);
        this.labels = IntStream.of(order).map(index -> images.labels[index]).toArray();
        this.channels = images.channels;
        this.height = images.height;
        this.width = images.width;
        this.classNames = images.classNames;
    }

    /**
     * These images in the order in which they are measured, so that the first ones are of all classes. A set that is
     * grouped by class, as class folders are, is shuffled, always in the same way. Any other set keeps its order.
     */
    public LabelledImages mixed() {
        return MixedOrder.of(IntStream.of(labels).boxed().toList())
                .map(order -> new LabelledImages(this, order))
                .orElse(this);
    }

    /** The number of images. */
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
     * The images at {@code indices}, float32 [B,C,H,W] in [-1,1]. A byte b becomes b/127.5 - 1.
     *
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public Tensor images(long... indices) {
        return Pixels.toSignal(bytes(indices));
    }

    /** The stored images at {@code indices}, uint8 [B,C,H,W]. */
    public Tensor bytes(long... indices) {
        return HostTensors.ofBytes(pixels(indices), indices.length, channels, height, width);
    }

    /**
     * The bytes of the images at {@code indices}, [B,C,H,W] in row-major order.
     *
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public byte[] pixels(long... indices) {
        int length = channels * height * width;
        byte[] batch = new byte[Math.multiplyExact(indices.length, length)];
        for (int i = 0; i < indices.length; i++) {
            pixels.copy(indices[i], batch, i * length);
        }
        return batch;
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
