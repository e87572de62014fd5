package org.bcm4j.network;

import java.util.Optional;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Perceptron;
import org.bcm4j.nn.ScaleFeatures;
import org.bcm4j.tensor.Initialization;

/**
 * The embedding of (t, u, y) that every block of an NCSN++ receives: [B,E], not yet activated. With labels, a learned
 * vector of the class is added to the features of each noise scale. Parameters of t have EDM's names,
 * {@code map_layer0}, {@code map_layer1} and {@code map_label}. {@link Conditioning#ALIGNED} adds
 * {@code map_layer0_end} and {@code map_layer1_end} for u, and {@code map_align}.
 *
 * @param label maps the class, one-hot, to a vector to add to the features; present if the network has classes
 * @param classes number of classes, without the null class
 */
record NcsnppEmbedding(ScaleFeatures features, Optional<Linear> label, int classes, TimeEmbedding times) {
    static NcsnppEmbedding of(NcsnppConfig config) {
        ScaleFeatures features = config.scaleFeatures();
        Optional<Linear> label = config.classes() == 0
                ? Optional.empty()
                : Optional.of(dense("map_label", config.labelColumns(), features.width()));
        return new NcsnppEmbedding(features, label, config.classes(), times(config, features.width()));
    }

    private static TimeEmbedding times(NcsnppConfig config, int features) {
        int width = config.embeddingWidth();
        return switch (config.conditioning()) {
            case TIME -> new TimeEmbedding.TimeOnly(perceptron("", features, width));
            case JOINT -> new TimeEmbedding.Joint(perceptron("", 2 * features, width));
            case ALIGNED ->
                new TimeEmbedding.Aligned(
                        perceptron("", features, width),
                        perceptron("_end", features, width),
                        new Linear("map_align", 2 * width, width, false, Initialization.GLOROT));
        };
    }

    private static Perceptron perceptron(String suffix, int in, int out) {
        return new Perceptron(dense("map_layer0" + suffix, in, out), dense("map_layer1" + suffix, out, out));
    }

    private static Linear dense(String name, int in, int out) {
        return new Linear(name, in, out, true, Initialization.GLOROT);
    }

    <V> V apply(Operations<V> op, V t, V u, Optional<V> labels) {
        return times.apply(op, scale -> features(op, scale, labels), t, u);
    }

    private <V> V features(Operations<V> op, V scale, Optional<V> labels) {
        V ofScale = op.observed("map_noise", features.apply(op, scale));
        if (label.isEmpty()) {
            return ofScale;
        }
        // Scaled to unit variance over the classes, whether or not there is a null class.
        V oneHot = op.multiply(op.oneHot(labels.orElseThrow(), label.get().in()), Math.sqrt(classes));
        return op.add(ofScale, label.get().apply(op, oneHot));
    }
}
