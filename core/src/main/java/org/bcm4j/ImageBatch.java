package org.bcm4j;

import java.util.Arrays;
import java.util.Objects;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A batch of {@link Images} or of {@link Noise}: N arrays of the same shape [C,H,W].
 *
 * <p>The values are in Java memory, so there is nothing to close. Immutable and thread-safe.
 */
public abstract sealed class ImageBatch permits Images, Noise {
    private final float[] values;
    private final int channels;
    private final int height;
    private final int width;

    /** @param values kept, not copied */
    ImageBatch(float[] values, int channels, int height, int width) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("images must have 1 or 3 channels, not " + channels);
        }
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("images must have at least 1 x 1 pixels, not " + height + " x " + width);
        }
        int size = Math.multiplyExact(Math.multiplyExact(channels, height), width);
        if (values.length == 0 || values.length % size != 0) {
            throw new IllegalArgumentException(values.length + " values do not fill whole images of " + channels + " x "
                    + height + " x " + width + " values");
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("values must be finite, not " + value);
            }
        }
        this.values = values;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    ImageBatch(Tensor tensor) {
        this(floats(tensor), (int) tensor.size(1), (int) tensor.size(2), (int) tensor.size(3));
    }

    private static float[] floats(Tensor tensor) {
        TensorForm form = TensorForm.of("a batch of images", tensor);
        if (!form.is(ScalarType.Float, -1, -1, -1, -1)) {
            throw new IllegalArgumentException("a batch of images is float32 [N,C,H,W], not " + form);
        }
        return HostTensors.floats(tensor);
    }

    private int size() {
        return channels * height * width;
    }

    /** The number of images or noises N, at least 1. */
    public final int count() {
        return values.length / size();
    }

    /** The number of channels C: 1 for grey images and their noises, 3 for coloured ones. */
    public final int channels() {
        return channels;
    }

    /** The height H, in pixels. */
    public final int height() {
        return height;
    }

    /** The width W, in pixels. */
    public final int width() {
        return width;
    }

    /** A copy of all values, [N*C*H*W]. */
    public final float[] values() {
        return values.clone();
    }

    /**
     * A copy of the values of one image or noise, [C*H*W].
     *
     * @param i from 0
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public final float[] values(int i) {
        Objects.checkIndex(i, count());
        return Arrays.copyOfRange(values, i * size(), (i + 1) * size());
    }

    /** The values of some of the images, in the given order. */
    final float[] selected(int... numbers) {
        float[] selected = new float[Math.multiplyExact(numbers.length, size())];
        for (int i = 0; i < numbers.length; i++) {
            Objects.checkIndex(numbers[i], count());
            System.arraycopy(values, numbers[i] * size(), selected, i * size(), size());
        }
        return selected;
    }

    /**
     * For experts: a float32 [N,C,H,W] copy on the CPU. It belongs to the caller's {@link Scope}, which must be open.
     */
    public final Tensor tensor() {
        return HostTensors.ofFloats(values, count(), channels, height, width);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + " [" + count() + "," + channels + "," + height + "," + width + "]";
    }
}
