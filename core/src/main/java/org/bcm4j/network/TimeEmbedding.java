package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.cat;

import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Sinusoid;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The embedding of (t, u) that every residual block receives: maps two vectors [B] to [B,width()]. */
public sealed interface TimeEmbedding {
    int width();

    void declare(WeightLayout.Builder layout);

    Tensor apply(Pass pass, Tensor t, Tensor u);

    Cost cost();

    static TimeEmbedding of(Conditioning conditioning, int width) {
        return switch (conditioning) {
            case TIME -> new TimeOnly(width);
            case JOINT -> new Joint(width);
            case ALIGNED -> new Aligned(width);
        };
    }

    /** Two dense layers with SiLU between them. */
    record Perceptron(Linear first, Linear second) {
        Perceptron(String name, int in, int out) {
            this(new Linear(name + ".0", in, out), new Linear(name + ".2", out, out));
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

    record TimeOnly(int width, Sinusoid features, Perceptron embed) implements TimeEmbedding {
        TimeOnly(int channels) {
            this(4 * channels, new Sinusoid(channels), new Perceptron("time_embed", channels, 4 * channels));
        }

        @Override
        public void declare(WeightLayout.Builder layout) {
            embed.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor t, Tensor u) {
            return embed.apply(pass, features.apply(t));
        }

        @Override
        public Cost cost() {
            return embed.cost();
        }
    }

    record Joint(int width, Sinusoid features, Perceptron embed) implements TimeEmbedding {
        Joint(int channels) {
            this(8 * channels, new Sinusoid(channels), new Perceptron("time_embed", 2 * channels, 8 * channels));
        }

        @Override
        public void declare(WeightLayout.Builder layout) {
            embed.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor t, Tensor u) {
            return embed.apply(pass, cat(1, features.apply(t), features.apply(u)));
        }

        @Override
        public Cost cost() {
            return embed.cost();
        }
    }

    record Aligned(int width, Sinusoid features, Perceptron start, Perceptron end, Linear align)
            implements TimeEmbedding {
        Aligned(int channels) {
            this(
                    4 * channels,
                    new Sinusoid(channels),
                    new Perceptron("time_embed", channels, 4 * channels),
                    new Perceptron("time_embed_end", channels, 4 * channels),
                    new Linear("time_embed_align", 8 * channels, 4 * channels, false));
        }

        @Override
        public void declare(WeightLayout.Builder layout) {
            start.declare(layout);
            end.declare(layout);
            align.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor t, Tensor u) {
            Tensor both = cat(1, start.apply(pass, features.apply(t)), end.apply(pass, features.apply(u)));
            return align.apply(pass, both);
        }

        @Override
        public Cost cost() {
            return start.cost().plus(end.cost()).plus(align.cost());
        }
    }
}
