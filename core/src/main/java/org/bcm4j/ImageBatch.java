package org.bcm4j;

import java.util.Arrays;
import java.util.Objects;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** An immutable array [N,C,H,W] in Java memory, which {@link Images} and {@link Noise} wrap. */
final class ImageBatch {
    private final float[] values;
    private final int channels;
    private final int height;
    private final int width;

    private ImageBatch(float[] values, int channels, int height, int width) {
        this.values = values;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /** @param values kept, not copied */
    static ImageBatch of(float[] values, int channels, int height, int width) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("images have 1 or 3 channels, not " + channels);
        }
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("images have at least 1 x 1 pixels, not " + height + " x " + width);
        }
        int size = Math.multiplyExact(Math.multiplyExact(channels, height), width);
        if (values.length == 0 || values.length % size != 0) {
            throw new IllegalArgumentException(values.length + " values are no whole images of " + channels + " x "
                    + height + " x " + width + " values");
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("values are finite, not " + value);
            }
        }
        return new ImageBatch(values, channels, height, width);
    }

    static ImageBatch of(Tensor tensor) {
        TensorForm form = TensorForm.of("a batch of images", tensor);
        if (!form.is(ScalarType.Float, -1, -1, -1, -1)) {
            throw new IllegalArgumentException("a batch of images is float32 [N,C,H,W], not " + form);
        }
        return of(HostTensors.floats(tensor), (int) tensor.size(1), (int) tensor.size(2), (int) tensor.size(3));
    }

    private int size() {
        return channels * height * width;
    }

    int count() {
        return values.length / size();
    }

    int channels() {
        return channels;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    float[] values() {
        return values.clone();
    }

    float[] values(int i) {
        Objects.checkIndex(i, count());
        return Arrays.copyOfRange(values, i * size(), (i + 1) * size());
    }

    ImageBatch select(int... numbers) {
        float[] selected = new float[Math.multiplyExact(numbers.length, size())];
        for (int i = 0; i < numbers.length; i++) {
            Objects.checkIndex(numbers[i], count());
            System.arraycopy(values, numbers[i] * size(), selected, i * size(), size());
        }
        return of(selected, channels, height, width);
    }

    Tensor tensor() {
        return HostTensors.ofFloats(values, count(), channels, height, width);
    }

    @Override
    public String toString() {
        return "[" + count() + "," + channels + "," + height + "," + width + "]";
    }
}
