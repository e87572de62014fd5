package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.InversionQuality.Labels;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The noises behind images. */
final class InvertedNoises {
    private static final int BATCH = 100;

    private InvertedNoises() {}

    /**
     * Inverts all images of a set.
     *
     * @param initial draws what the walk adds, a batch at a time
     * @return float32 [N,C,H,W], divided by the scale at which the walk ends; belongs to the caller's scope
     */
    static Tensor of(Bench bench, ConsistencyModel model, Walk walk, LabelledImages images, NoiseSource initial) {
        return Scope.returning(() -> {
            List<Tensor> parts = new ArrayList<>();
            for (long first = 0; first < images.size(); first += BATCH) {
                long[] indices = LongStream.range(first, Math.min(images.size(), first + BATCH))
                        .toArray();
                parts.add(Scope.returning(() -> {
                    Optional<Tensor> labels = Bench.labels(model) == Labels.TRUE
                            ? Optional.of(model.device().move(images.labels(indices)))
                            : Optional.empty();
                    Walker walker = new Walker((x, t, u) -> model.traverse(x, t, u, labels), initial);
                    return walker.from(walk, model.device().move(images.images(indices)))
                            .x()
                            .div(new Scalar(walk.end()));
                }));
                bench.listener().measured("inverting, " + walk, first + indices.length, images.size());
            }
            return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
        });
    }
}
