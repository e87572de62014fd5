package org.bcm4j.training;

import static org.bcm4j.training.Trunk.activated;

import java.util.Optional;
import org.bcm4j.nn.Embedding;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.unet.NetworkConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * D_ψ(x, y), a number for each image that tells how real it looks as one of class y: a {@link Trunk} that looks at it, one dense layer, and a
 * projection on the class (Miyato and Koyama, arXiv 1802.05637).
 */
final class Discriminator implements AutoCloseable {
    private final Trunk trunk;
    private final Linear dense;
    private final Linear out;
    private final Optional<Embedding> classes;
    private final WeightLayout layout;

    /**
     * @param trunk closed with this
     * @param width of the dense layer
     */
    Discriminator(Trunk trunk, NetworkConfig network, int width) {
        this.trunk = trunk;
        dense = new Linear("dense", trunk.outputs(), width, true, Initialization.GLOROT);
        out = new Linear("out", width, 1, true, Initialization.GLOROT);
        int rows = network.classes() + (network.nullClass() ? 1 : 0);
        classes = rows == 0 ? Optional.empty() : Optional.of(new Embedding("classes", rows, width));
        WeightLayout.Builder builder = new WeightLayout.Builder();
        trunk.declare(builder);
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
        Tensor seen = activated(dense.apply(pass, trunk.apply(pass, x)));
        Tensor realism = out.apply(pass, seen).squeeze(1);
        if (classes.isEmpty()) {
            return realism;
        }
        Tensor row = classes.get().apply(pass, labels.orElseThrow());
        // The mean, not the sum: rows start with norms of √width.
        return realism.add(seen.mul(row).mean(1));
    }

    @Override
    public void close() {
        trunk.close();
    }
}
