package org.bcm4j.metrics;

import java.util.List;
import java.util.Optional;
import org.bcm4j.images.Pixels;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * Images that a model makes, to be looked at once, batch by batch, by all who measure them. Samples are of the model's classes
 * in turn, and are rounded to the 256 levels of a file. One seed gives one set of starting noises, whatever the way: ways are
 * compared on common random numbers.
 *
 * @param seed seeds the starting noises and the noise that walks add, of each sample its own
 */
record GeneratedImages(TrainedModel model, long samples, long seed, MeasuringListener listener) {
    /** Who looks at them. */
    @FunctionalInterface
    interface Receiver {
        /**
         * @param images uint8 [B,C,H,W]
         * @param labels int64 [B], the classes asked for; absent for a model without classes
         */
        void take(Tensor images, Optional<Tensor> labels);
    }

    void along(SamplingPath way, List<Receiver> receivers) {
        long done = 0;
        for (long[] indices : Batches.of(samples)) {
            try (Scope scope = Scope.open()) {
                Optional<Tensor> labels = model.cyclicLabels(indices[0], indices.length);
                ImageNoise noise = ImageNoise.from(seed, indices[0], model.device());
                Tensor images = Pixels.toBytes(new PathSampler(model, labels, noise)
                        .generate(way, noise.start(model.shape(indices.length)))
                        .x());
                receivers.forEach(receiver -> receiver.take(images, labels));
            }
            done += indices.length;
            listener.measured(way.toString(), done, samples);
        }
    }
}
