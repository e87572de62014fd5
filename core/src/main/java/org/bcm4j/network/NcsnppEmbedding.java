package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.NoiseFeatures;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The embedding of (t, u, y) that every block of an NCSN++ receives: [B,E], not yet activated. Parameters of t have
 * EDM's names, {@code map_layer0}, {@code map_layer1} and {@code map_label}. {@link Conditioning#ALIGNED} adds
 * {@code map_layer0_end} and {@code map_layer1_end} for u, and {@code map_align}.
 */
public sealed interface NcsnppEmbedding {
    void declare(WeightLayout.Builder layout);

    Tensor apply(Pass pass, Tensor t, Tensor u, Optional<Tensor> labels);

    Cost cost();

    static NcsnppEmbedding of(NcsnppConfig config) {
        Features features = Features.of(config);
        int width = config.embeddingWidth();
        return switch (config.conditioning()) {
            case TIME -> new TimeOnly(features, new Perceptron("", features.width(), width));
            case JOINT -> new Joint(features, new Perceptron("", 2 * features.width(), width));
            case ALIGNED ->
                new Aligned(
                        features,
                        new Perceptron("", features.width(), width),
                        new Perceptron("_end", features.width(), width),
                        new Linear("map_align", 2 * width, width, false, Initialization.GLOROT));
        };
    }

    private static Linear dense(String name, int in, int out) {
        return new Linear(name, in, out, true, Initialization.GLOROT);
    }

    /** Maps a noise scale [B] to features [B,width()] of ¼·ln of it. With labels, adds a learned vector per class. */
    record Features(NoiseFeatures noise, Optional<Linear> label, int classes) {
        /** The factor of the logarithm of a noise scale. */
        public static final double LOG_SCALE = 0.25;

        static Features of(NcsnppConfig config) {
            NoiseFeatures noise = config.noiseFeatures();
            Optional<Linear> label = config.classes() == 0
                    ? Optional.empty()
                    : Optional.of(dense("map_label", config.labelColumns(), noise.width()));
            return new Features(noise, label, config.classes());
        }

        int width() {
            return noise.width();
        }

        void declare(WeightLayout.Builder layout) {
            noise.declare(layout);
            label.ifPresent(linear -> linear.declare(layout));
        }

        Cost cost() {
            return label.map(Linear::cost).orElse(Cost.NONE);
        }

        Tensor apply(Pass pass, Tensor time, Optional<Tensor> labels) {
            if (labels.isPresent() != label.isPresent()) {
                throw new IllegalArgumentException(
                        labels.isPresent()
                                ? "this network knows no classes"
                                : "this network wants a label for every image");
            }
            Tensor features =
                    pass.observed("map_noise", noise.apply(pass, time.log().mul(scalar(LOG_SCALE))));
            if (label.isEmpty()) {
                return features;
            }
            Linear linear = label.get();
            // Scaled to unit variance over the classes, whether or not there is a null class.
            Tensor oneHot = torch.one_hot(labels.get(), linear.in())
                    .to(torch.ScalarType.Float)
                    .mul(scalar(Math.sqrt(classes)));
            return features.add(linear.apply(pass, oneHot));
        }
    }

    /** Two dense layers with SiLU between them. */
    record Perceptron(Linear first, Linear second) {
        Perceptron(String suffix, int in, int out) {
            this(dense("map_layer0" + suffix, in, out), dense("map_layer1" + suffix, out, out));
        }

        void declare(WeightLayout.Builder layout) {
            first.declare(layout);
            second.declare(layout);
        }

        Tensor apply(Pass pass, Tensor features) {
            return second.apply(pass, torch.silu(first.apply(pass, features)));
        }

        Cost cost() {
            return first.cost().plus(second.cost());
        }
    }

    record TimeOnly(Features features, Perceptron embed) implements NcsnppEmbedding {
        @Override
        public void declare(WeightLayout.Builder layout) {
            features.declare(layout);
            embed.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor t, Tensor u, Optional<Tensor> labels) {
            return embed.apply(pass, features.apply(pass, t, labels));
        }

        @Override
        public Cost cost() {
            return features.cost().plus(embed.cost());
        }
    }

    record Joint(Features features, Perceptron embed) implements NcsnppEmbedding {
        @Override
        public void declare(WeightLayout.Builder layout) {
            features.declare(layout);
            embed.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor t, Tensor u, Optional<Tensor> labels) {
            Tensor start = features.apply(pass, t, labels);
            Tensor end = features.apply(pass, u, labels);
            return embed.apply(pass, cat(1, start, end));
        }

        @Override
        public Cost cost() {
            return features.cost().plus(features.cost()).plus(embed.cost());
        }
    }

    record Aligned(Features features, Perceptron start, Perceptron end, Linear align) implements NcsnppEmbedding {
        @Override
        public void declare(WeightLayout.Builder layout) {
            features.declare(layout);
            start.declare(layout);
            end.declare(layout);
            align.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor t, Tensor u, Optional<Tensor> labels) {
            Tensor fromStart = start.apply(pass, features.apply(pass, t, labels));
            Tensor fromEnd = end.apply(pass, features.apply(pass, u, labels));
            return align.apply(pass, cat(1, fromStart, fromEnd));
        }

        @Override
        public Cost cost() {
            Cost both = features.cost().plus(features.cost());
            return both.plus(start.cost()).plus(end.cost()).plus(align.cost());
        }
    }
}
