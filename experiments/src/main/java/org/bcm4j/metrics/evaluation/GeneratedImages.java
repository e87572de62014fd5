package org.bcm4j.metrics.evaluation;

import java.util.List;
import java.util.Optional;
import org.bcm4j.data.Batches;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * Generates images batch by batch and passes each batch to all receivers. The samples have the model's classes in turn
 * and are rounded to the 256 levels of a file. One seed gives the same starting noises for every path: paths are
 * compared on common random numbers.
 *
 * @param seed seeds each sample's starting noise and the noise that walks add
 */
record GeneratedImages(TrainedModel model, long samples, long seed, MeasuringListener listener) {
    /** Receives generated images. */
    @FunctionalInterface
    interface Receiver {
        /**
         * @param images uint8 [B,C,H,W]
         * @param labels int64 [B], the requested classes; absent for a model without classes
         */
        void take(Tensor images, Optional<Tensor> labels);
    }

    void along(SamplingPath path, List<Receiver> receivers) {
        long done = 0;
        for (long[] indices : Batches.of(samples)) {
            try (Scope scope = Scope.open()) {
                Optional<Tensor> labels = model.cyclicLabels(indices[0], indices.length);
                ImageNoise noise = ImageNoise.from(seed, indices[0], model.device());
                Tensor images = Pixels.toBytes(new PathSampler(model, labels, noise)
                        .generate(path, noise.start(model.shape(indices.length)))
                        .x());
                receivers.forEach(receiver -> receiver.take(images, labels));
            }
            done += indices.length;
            listener.measured(path.toString(), done, samples);
        }
    }
}
