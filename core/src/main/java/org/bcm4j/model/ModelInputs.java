package org.bcm4j.model;

import static org.bcm4j.tensor.Ops.stack;

import java.util.Optional;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Checks the inputs of a {@link TrainedModel}. */
final class ModelInputs {
    private ModelInputs() {}

    static void requireCount(long count) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of images must be at least 1, not " + count);
        }
    }

    static void requireOpen(TrainedModel model) {
        if (model.weights().isClosed()) {
            throw new IllegalStateException("this model is closed; open it again to use it");
        }
    }

    static void requirePoints(TrainedModel model, Tensor points) {
        TensorForm form = TensorForm.of("images or noises", points);
        NetworkConfig network = model.config().network();
        if (!form.is(ScalarType.Float, -1, network.imageChannels(), network.imageSize(), network.imageSize())) {
            throw new IllegalArgumentException("this model takes images or noises float32 [B," + network.imageChannels()
                    + "," + network.imageSize() + "," + network.imageSize() + "], not " + form);
        }
        requireDevice(model, "images or noises", points);
    }

    static void requireLabels(TrainedModel model, Tensor labels, long count) {
        TensorForm form = TensorForm.of("labels", labels);
        NetworkConfig network = model.config().network();
        if (network.classes() == 0) {
            throw new IllegalArgumentException("this model has no classes and takes no labels, not " + form);
        }
        if (!form.is(ScalarType.Long, count)) {
            throw new IllegalArgumentException(
                    "labels are int64 [" + count + "], a class for each of the images, not " + form);
        }
        requireDevice(model, "labels", labels);
        int last = network.nullClass() ? network.classes() : network.classes() - 1;
        try (Scope scope = Scope.open()) {
            // One tensor: each read waits for a GPU.
            long[] range = HostTensors.longs(stack(0, labels.min(), labels.max()));
            long least = range[0];
            long most = range[1];
            if (least < 0 || most > last) {
                throw new IllegalArgumentException("labels are classes from 0 to " + (network.classes() - 1)
                        + (network.nullClass() ? ", or " + last + " for none" : "") + ", not "
                        + (least < 0 ? least : most));
            }
        }
    }

    static void requireLabels(TrainedModel model, Optional<Tensor> labels, long count) {
        labels.ifPresent(given -> requireLabels(model, given, count));
    }

    static void requireTimes(TrainedModel model, Tensor times, Tensor points) {
        TensorForm form = TensorForm.of("noise scales", times);
        if (!form.is(ScalarType.Float, points.size(0))) {
            throw new IllegalArgumentException(
                    "noise scales are float32 [" + points.size(0) + "], one for each of the images, not " + form);
        }
        requireDevice(model, "noise scales", times);
    }

    static void requirePositive(Tensor sigma) {
        double least = sigma.min().item_double();
        if (!(least > 0)) {
            throw new IllegalArgumentException("the noise of images to denoise must be positive, not " + least);
        }
    }

    static void requireDevice(TrainedModel model, String what, Tensor tensor) {
        boolean isThere = model.device() == Device.CUDA ? tensor.is_cuda() : tensor.is_cpu();
        if (!isThere) {
            throw new IllegalArgumentException(
                    what + " are not on " + model.device() + ", where the model is; move them there");
        }
    }
}
