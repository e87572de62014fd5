package org.bcm4j.metrics.evaluation;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * Generates images batch by batch, and all receivers measure them. The samples have the model's classes in turn
 * and are rounded to the 256 levels of a file. One seed gives the same starting noises for every path: paths are
 * compared on common random numbers.
 *
 * @param seed seeds each sample's starting noise and the noise that walks add
 */
record GeneratedImages(TrainedModel model, long samples, long seed, Measuring measuring) {
    /** Measures generated images, batch by batch. */
    interface Receiver {
        /**
         * Computes what is expensive, in the rank that generated the images.
         *
         * @param images uint8 [B,C,H,W]
         * @param labels int64 [B], the requested classes; absent for a model without classes
         * @return as many tensors each time
         */
        List<Tensor> measure(Tensor images, Optional<Tensor> labels);

        /** Takes as many tensors as {@link #measure} returned. */
        void take(Iterator<Tensor> measured);
    }

    void along(SamplingPath path, List<Receiver> receivers) {
        measuring.batches(
                path.toString(),
                samples,
                indices -> {
                    Optional<Tensor> labels = model.cyclicLabels(indices[0], indices.length);
                    ImageNoise noise = ImageNoise.from(seed, indices[0], model.device());
                    Tensor images = Pixels.toBytes(new PathSampler(model, labels, noise)
                            .generate(path, noise.start(model.shape(indices.length)))
                            .x());
                    return receivers.stream()
                            .flatMap(receiver -> receiver.measure(images, labels).stream())
                            .toList();
                },
                (indices, measured) -> receivers.forEach(receiver -> receiver.take(measured)));
    }
}
