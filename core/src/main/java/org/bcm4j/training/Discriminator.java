package org.bcm4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Embedding;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * D_ψ(x, y), a number for each image that tells how real it looks as one of class y: residual blocks from full resolution down to less than
 * 8×8 pixels, one dense layer, and a projection on the class (Miyato and Koyama, arXiv 1802.05637). It has no norms, so that images of one
 * batch do not see each other.
 */
final class Discriminator {
    private static final int SMALLEST_BLOCK = 8;
    private static final int WIDEST = 4;
    private static final Scalar SLOPE = new Scalar(0.2);

    /** x + conv(act(conv(act(x)))) at one resolution, then half of it. */
    private record Stage(Convolution first, Convolution second, Convolution widen) {
        static Stage of(String name, int width, int next) {
            return new Stage(
                    convolution(name + ".first", width, width, 3),
                    convolution(name + ".second", width, width, 3),
                    convolution(name + ".widen", width, next, 1));
        }

        void declare(WeightLayout.Builder layout) {
            first.declare(layout);
            second.declare(layout);
            widen.declare(layout);
        }

        Tensor apply(Pass pass, Tensor x) {
            Tensor h = second.apply(pass, activated(first.apply(pass, activated(x))));
            return widen.apply(pass, Resampling.DOWN.apply(x.add(h)));
        }
    }

    private final Convolution in;
    private final List<Stage> stages = new ArrayList<>();
    private final Linear dense;
    private final Linear out;
    private final Optional<Embedding> classes;
    private final WeightLayout layout;

    /** @param width channels at full resolution; four times as many where there are most */
    Discriminator(NetworkConfig network, int width) {
        in = convolution("in", network.imageChannels(), width, 3);
        int side = network.imageSize();
        int channels = width;
        while (side >= SMALLEST_BLOCK) {
            int next = Math.min(2 * channels, WIDEST * width);
            stages.add(Stage.of("stage." + stages.size(), channels, next));
            channels = next;
            side /= 2;
        }
        dense = new Linear("dense", channels * side * side, channels, true, Initialization.GLOROT);
        out = new Linear("out", channels, 1, true, Initialization.GLOROT);
        int rows = network.classes() + (network.nullClass() ? 1 : 0);
        classes = rows == 0 ? Optional.empty() : Optional.of(new Embedding("classes", rows, channels));
        WeightLayout.Builder builder = new WeightLayout.Builder();
        in.declare(builder);
        stages.forEach(stage -> stage.declare(builder));
        dense.declare(builder);
        out.declare(builder);
        classes.ifPresent(embedding -> embedding.declare(builder));
        layout = builder.build();
    }

    WeightLayout layout() {
        return layout;
    }

    /**
     * @param x float32 [B,C,H,W] in [-1,1]
     * @param labels int64 [B], if the network has classes
     * @return float32 [B]
     */
    Tensor apply(Pass pass, Tensor x, Optional<Tensor> labels) {
        Tensor h = in.apply(pass, x);
        for (Stage stage : stages) {
            h = stage.apply(pass, h);
        }
        Tensor features = activated(dense.apply(pass, activated(h).flatten(1, -1)));
        Tensor realism = out.apply(pass, features).squeeze(1);
        if (classes.isEmpty()) {
            return realism;
        }
        Tensor row = classes.get().apply(pass, labels.orElseThrow());
        // The mean, not the sum: rows start with norms of √width.
        return realism.add(features.mul(row).mean(1));
    }

    private static Convolution convolution(String name, int in, int out, int kernel) {
        return new Convolution(name, in, out, kernel, Initialization.GLOROT);
    }

    private static Tensor activated(Tensor x) {
        return torch.leaky_relu(x, SLOPE);
    }
}
