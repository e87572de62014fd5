package org.bcm4j.metrics.inception;

import static org.bcm4j.tensor.Ops.cat;

import java.util.Optional;
import org.bcm4j.nn.LibtorchConvolution;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Inception v3 (Szegedy et al., 2015) in the FID's variant: average pooling does not count its padding, and the last
 * block uses maximum pooling (pytorch-fid's port of the network of 2015-12-05). The weights determine the widths.
 *
 * @param weights the weights by pytorch-fid's names, such as {@code Mixed_5b.branch1x1.conv.weight}; all that
 *     {@link #layout} lists
 * @param observer receives the output of each convolution after batch norm and ReLU ({@code Mixed_5b.branch1x1}), of
 *     each block ({@code Mixed_5b}), and of pytorch-fid's {@code block0}, {@code block1} and {@code block2}
 */
public record InceptionLayers(Weights weights, Pass.Observer observer) {
    private static final double BATCH_NORM_EPSILON = 1e-3;
    private static final long[] ONE = {1, 1};
    private static final long[] NONE = {0, 0};
    private static final long[] THREE = {3, 3};
    private static final long[] TWO = {2, 2};

    /** The treatment of the edges of a convolution's input. */
    private enum Edge {
        /** Padded, so that the size stays the same. */
        SAME,
        /** Not padded. */
        VALID,
        /** Not padded, with stride 2. */
        HALVED
    }

    /** The pooling branch of the last two blocks. */
    enum Pooling {
        AVERAGE,
        MAXIMUM
    }

    /** The layers without an observer. */
    InceptionLayers(Weights weights) {
        this(weights, (part, output) -> {});
    }

    /** The parameters at the network's full width, in its order. */
    public static WeightLayout layout() {
        return InceptionShapes.network();
    }

    /** Images [B,3,299,299] in [-1,1] to features [B,2048]. */
    public Tensor features(Tensor images) {
        Tensor x = convolution("Conv2d_1a_3x3", images, Edge.HALVED);
        x = convolution("Conv2d_2a_3x3", x, Edge.VALID);
        x = convolution("Conv2d_2b_3x3", x, Edge.SAME);
        x = observed("block0", halvedByMaximum(x));
        x = convolution("Conv2d_3b_1x1", x, Edge.VALID);
        x = convolution("Conv2d_4a_3x3", x, Edge.VALID);
        x = observed("block1", halvedByMaximum(x));
        for (String block : new String[] {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) {
            x = observed(block, blockA(block + ".", x));
        }
        x = observed("Mixed_6a", blockB("Mixed_6a.", x));
        for (String block : new String[] {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) {
            x = observed(block, blockC(block + ".", x));
        }
        observer.heard("block2", x);
        x = observed("Mixed_7a", blockD("Mixed_7a.", x));
        x = observed("Mixed_7b", blockE("Mixed_7b.", x, Pooling.AVERAGE));
        x = observed("Mixed_7c", blockE("Mixed_7c.", x, Pooling.MAXIMUM));
        return x.mean(2, 3);
    }

    /** Class scores [B,1008] of features, without the bias, as in the Inception Score's published evaluation. */
    public Tensor scores(Tensor features) {
        return features.mm(weights.get("fc.weight").t());
    }

    Tensor blockA(String block, Tensor x) {
        return joined(
                chain(block, x, "branch1x1"),
                chain(block, x, "branch5x5_1", "branch5x5_2"),
                chain(block, x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
                chain(block, average(x), "branch_pool"));
    }

    Tensor blockB(String block, Tensor x) {
        return joined(
                convolution(block + "branch3x3", x, Edge.HALVED),
                convolution(block + "branch3x3dbl_3", chain(block, x, "branch3x3dbl_1", "branch3x3dbl_2"), Edge.HALVED),
                halvedByMaximum(x));
    }

    Tensor blockC(String block, Tensor x) {
        return joined(
                chain(block, x, "branch1x1"),
                chain(block, x, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
                chain(
                        block,
                        x,
                        "branch7x7dbl_1",
                        "branch7x7dbl_2",
                        "branch7x7dbl_3",
                        "branch7x7dbl_4",
                        "branch7x7dbl_5"),
                chain(block, average(x), "branch_pool"));
    }

    Tensor blockD(String block, Tensor x) {
        return joined(
                convolution(block + "branch3x3_2", chain(block, x, "branch3x3_1"), Edge.HALVED),
                convolution(
                        block + "branch7x7x3_4",
                        chain(block, x, "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3"),
                        Edge.HALVED),
                halvedByMaximum(x));
    }

    Tensor blockE(String block, Tensor x, Pooling pooling) {
        Tensor threes = chain(block, x, "branch3x3_1");
        Tensor doubled = chain(block, x, "branch3x3dbl_1", "branch3x3dbl_2");
        Tensor pooled = pooling == Pooling.AVERAGE ? average(x) : torch.max_pool2d(x, THREE, ONE, ONE, ONE, false);
        return joined(
                chain(block, x, "branch1x1"),
                chain(block, threes, "branch3x3_2a"),
                chain(block, threes, "branch3x3_2b"),
                chain(block, doubled, "branch3x3dbl_3a"),
                chain(block, doubled, "branch3x3dbl_3b"),
                chain(block, pooled, "branch_pool"));
    }

    private Tensor chain(String block, Tensor x, String... convolutions) {
        Tensor result = x;
        for (String name : convolutions) {
            result = convolution(block + name, result, Edge.SAME);
        }
        return result;
    }

    /** Convolution without bias, batch norm with the stored statistics, and ReLU. */
    private Tensor convolution(String name, Tensor x, Edge edge) {
        Tensor kernel = weights.get(name + ".conv.weight");
        long[] padding = edge == Edge.SAME ? new long[] {kernel.size(2) / 2, kernel.size(3) / 2} : NONE;
        Tensor linear = LibtorchConvolution.apply(x, kernel, Optional.empty(), edge == Edge.HALVED ? 2 : 1, padding);
        Tensor rectified = torch.batch_norm(
                        linear,
                        statistic(name, "weight"),
                        statistic(name, "bias"),
                        statistic(name, "running_mean"),
                        statistic(name, "running_var"),
                        false,
                        0,
                        BATCH_NORM_EPSILON,
                        false)
                .relu();
        return observed(name, rectified);
    }

    private Tensor observed(String part, Tensor output) {
        observer.heard(part, output);
        return output;
    }

    private TensorOptional statistic(String name, String kind) {
        return new TensorOptional(weights.get(name + ".bn." + kind));
    }

    /** The mean over each 3×3 neighbourhood. At an edge, only positions inside the input count. */
    private static Tensor average(Tensor x) {
        return torch.avg_pool2d(x, THREE, ONE, ONE, false, false, new LongOptional());
    }

    private static Tensor halvedByMaximum(Tensor x) {
        return torch.max_pool2d(x, THREE, TWO, NONE, ONE, false);
    }

    private static Tensor joined(Tensor... branches) {
        return cat(1, branches);
    }
}
