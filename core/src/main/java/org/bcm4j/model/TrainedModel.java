package org.bcm4j.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained model, ready to be evaluated: a network with its weights, on a device, in a precision. What it computes depends on its kind: a
 * {@link ConsistencyModel} leads along a trajectory, a denoiser ({@code org.bcm4j.denoiser}) tells the image behind the noise. For one thread
 * at a time.
 */
public interface TrainedModel extends AutoCloseable {
    ModelConfig config();

    Weights weights();

    Device device();

    Precision precision();

    /** Shape [count,C,H,W] of the images that this model takes. */
    default long[] shape(long count) {
        NetworkConfig network = config().network();
        return new long[] {count, network.imageChannels(), network.imageSize(), network.imageSize()};
    }

    /**
     * The label that says "no label", for every one of {@code count} images, int64 [count]: absent if the model has no classes.
     *
     * @param count at least 1
     * @throws UserException if the model was trained with labels only
     */
    default Optional<Tensor> unlabelled(long count) {
        ModelInputs.requireCount(count);
        NetworkConfig network = config().network();
        if (network.classes() == 0) {
            return Optional.empty();
        }
        if (!network.nullClass()) {
            throw new UserException("this model was trained with labels only; name the class of every image");
        }
        long[] labels = new long[Math.toIntExact(count)];
        Arrays.fill(labels, network.classes());
        return Optional.of(device().integers(labels));
    }

    /**
     * The classes one after another, for image number {@code first} and those that follow it: image i is one of class i mod classes, so that
     * all have equal shares. int64 [count], absent if the model has no classes.
     */
    default Optional<Tensor> classesInTurn(long first, long count) {
        ModelInputs.requireCount(count);
        int classes = config().network().classes();
        return classes == 0
                ? Optional.empty()
                : Optional.of(device().integers(LongStream.range(first, first + count)
                        .map(i -> i % classes)
                        .toArray()));
    }

    /**
     * Refuses what this model cannot be given, before libtorch meets it.
     *
     * @param points images or noises, float32 [B,C,H,W] of this model's {@link #shape}, B at least 1, on its device
     * @param labels as for {@link #requireLabels}, of B images
     * @throws IllegalArgumentException saying what was expected and what came
     * @throws IllegalStateException if this model is closed
     */
    default void requireInputs(Tensor points, Optional<Tensor> labels) {
        ModelInputs.requireOpen(this);
        ModelInputs.requirePoints(this, points);
        ModelInputs.requireLabels(this, labels, points.size(0));
    }

    /**
     * Refuses labels that this model cannot be given.
     *
     * @param labels int64 [count] on its device: classes from 0, or the number after the last for "no label" if it knows that; absent means
     *     no label, or no classes
     * @throws IllegalArgumentException saying what was expected and what came
     * @throws IllegalStateException if this model is closed
     */
    default void requireLabels(Optional<Tensor> labels, long count) {
        ModelInputs.requireOpen(this);
        ModelInputs.requireLabels(this, labels, count);
    }

    @Override
    void close();
}
