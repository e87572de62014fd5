package org.bcm4j.training.terms;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Embedding;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Shape;
import org.bcm4j.nn.Trace;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;

/**
 * D_ψ(x, y), a number for each image: the larger, the more the image looks like a real one of class y. Residual blocks
 * from full resolution down to less than 8×8 pixels, a dense layer, and a projection on the class (Miyato and Koyama,
 * arXiv 1802.05637). Without norms, so that the images of a batch do not see each other.
 */
final class Discriminator {
    /** Images of fewer pixels to a side are not halved. */
    private static final int SMALLEST = 8;
    /** The most channels, in units of those at full resolution. */
    private static final int WIDEST = 4;

    /** x + conv(silu(conv(silu(x)))) at one resolution, then half of it with more channels. */
    private record Block(Convolution first, Convolution second, Convolution widen) {
        static Block of(String name, int width, int next) {
            return new Block(
                    convolution(name + ".first", width, width, 3),
                    convolution(name + ".second", width, width, 3),
                    convolution(name + ".widen", width, next, 1));
        }

        <V> V apply(Operations<V> op, V x) {
            V h = second.apply(op, op.silu(first.apply(op, op.silu(x))));
            return widen.apply(op, op.halvedByMeans(op.add(x, h)));
        }
    }

    private final NetworkConfig images;
    private final Convolution in;
    private final List<Block> blocks = new ArrayList<>();
    private final Linear dense;
    private final Linear out;
    private final Optional<Embedding> classes;

    /**
     * @param images the network that makes the images
     * @param width channels at full resolution
     */
    Discriminator(NetworkConfig images, int width) {
        this.images = images;
        in = convolution("in", images.imageChannels(), width, 3);
        int widest = WIDEST * width;
        int side = images.imageSize();
        int channels = width;
        while (side >= SMALLEST) {
            int next = Math.min(2 * channels, widest);
            blocks.add(Block.of("block." + blocks.size(), channels, next));
            channels = next;
            side /= 2;
        }
        dense = new Linear("dense", channels * side * side, widest, true, Initialization.GLOROT);
        out = new Linear("out", widest, 1, true, Initialization.GLOROT);
        int rows = images.classes() + (images.nullClass() ? 1 : 0);
        classes = rows == 0 ? Optional.empty() : Optional.of(new Embedding("classes", rows, widest));
    }

    private static Convolution convolution(String name, int in, int out, int kernel) {
        return new Convolution(name, in, out, kernel, Initialization.GLOROT);
    }

    WeightLayout layout() {
        return trace().parameters();
    }

    /** One evaluation. */
    Trace trace() {
        Trace trace = new Trace();
        Shape x = Shape.of(Operations.BATCH, images.imageChannels(), images.imageSize(), images.imageSize());
        apply(trace, x, classes.map(embedding -> Shape.of(Operations.BATCH)));
        return trace;
    }

    /**
     * @param x float32 [B,C,H,W] in [-1,1]
     * @param labels int64 [B], if the network has classes
     * @return float32 [B,1]
     */
    <V> V apply(Operations<V> op, V x, Optional<V> labels) {
        V h = in.apply(op, x);
        for (Block block : blocks) {
            h = block.apply(op, h);
        }
        V seen = op.silu(dense.apply(op, op.reshape(op.silu(h), Operations.BATCH, dense.in())));
        // w·(seen ⊙ (1 + e_y)): what any image shows, and what one of class y shows.
        V judged = classes.isEmpty()
                ? seen
                : op.multiply(seen, op.add(classes.get().apply(op, labels.orElseThrow()), 1));
        return out.apply(op, judged);
    }
}
