package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.List;
import java.util.Optional;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.DotProductAttention;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * NCSN++'s residual block, after BigGAN's: norm, SiLU, resampling, convolution; addition of the embedding; norm, SiLU,
 * dropout, convolution; addition of the resampled skip; optionally attention. Each sum is scaled by √½, so that its
 * variance equals that of its parts. Maps [B,in,H,W] and the activated embedding [B,E] to [B,out,H',W'].
 *
 * @param resampling how height and width change, on the residual branch and on the skip, by {@code filter}
 */
public record NcsnppBlock(
        String name,
        Resampling resampling,
        FirResampling filter,
        double dropout,
        GroupNorm norm0,
        Convolution conv0,
        Linear affine,
        GroupNorm norm1,
        Convolution conv1,
        Optional<Convolution> skip,
        Optional<DotProductAttention> attention) {
    /** The factor of each sum. */
    public static final double RESCALING = Math.sqrt(0.5);

    static NcsnppBlock of(NcsnppConfig config, String name, int in, int out, boolean attends) {
        return of(config, name, in, out, Resampling.NONE, in != out, attends);
    }

    /** A block that halves height and width. */
    static NcsnppBlock down(NcsnppConfig config, String name, int channels) {
        return of(config, name, channels, channels, Resampling.DOWN, true, false);
    }

    /** A block that doubles height and width. */
    static NcsnppBlock up(NcsnppConfig config, String name, int channels) {
        return of(config, name, channels, channels, Resampling.UP, true, false);
    }

    private static NcsnppBlock of(
            NcsnppConfig config,
            String name,
            int in,
            int out,
            Resampling resampling,
            boolean convolvesSkip,
            boolean attends) {
        return new NcsnppBlock(
                name,
                resampling,
                config.resampling(),
                config.dropout(),
                GroupNorm.ncsnpp(name + ".norm0", in),
                new Convolution(name + ".conv0", in, out, 3, Initialization.GLOROT),
                new Linear(name + ".affine", config.embeddingWidth(), out, true, Initialization.GLOROT),
                GroupNorm.ncsnpp(name + ".norm1", out),
                new Convolution(name + ".conv1", out, out, 3, Initialization.ZERO),
                convolvesSkip
                        ? Optional.of(new Convolution(name + ".skip", in, out, 1, Initialization.GLOROT))
                        : Optional.empty(),
                attends ? Optional.of(new DotProductAttention(name, out)) : Optional.empty());
    }

    void declare(WeightLayout.Builder layout) {
        norm0.declare(layout);
        conv0.declare(layout);
        affine.declare(layout);
        norm1.declare(layout);
        conv1.declare(layout);
        skip.ifPresent(convolution -> convolution.declare(layout));
        attention.ifPresent(layer -> layer.declare(layout));
    }

    Tensor apply(Pass pass, Tensor x, Tensor embedding) {
        Tensor h = conv0.apply(pass, resampled(torch.silu(norm0.apply(pass, x))));
        h = h.add(affine.apply(pass, embedding).unsqueeze(2).unsqueeze(3));
        h = pass.dropout().apply(torch.silu(norm1.apply(pass, h)), dropout);
        Tensor around = resampled(x);
        Tensor skipped = skip.isPresent() ? skip.get().apply(pass, around) : around;
        Tensor sum = pass.observed(name + ".residual", rescaledSum(skipped, conv1.apply(pass, h)));
        return pass.observed(
                name, attention.isPresent() ? rescaledSum(sum, attention.get().apply(pass, sum)) : sum);
    }

    /** @param side height and width of the input */
    Cost cost(long side) {
        long inside = resampling.side(side);
        long out = conv0.out() * inside * inside;
        Cost resampled = resampling == Resampling.NONE ? Cost.NONE : filter.cost(conv0.in(), inside);
        // SiLU; the sum with the embedding, SiLU; the sum of the residual branch and the skip.
        Cost rest = Cost.elementwise(conv0.in() * side * side + 3 * out);
        return norm0.cost(side)
                .plus(resampled)
                .plus(resampled)
                .plus(conv0.cost(inside))
                .plus(affine.cost())
                .plus(norm1.cost(inside))
                .plus(conv1.cost(inside))
                .plus(skip.map(convolution -> convolution.cost(inside)).orElse(Cost.NONE))
                .plus(attention.map(layer -> layer.cost(inside)).orElse(Cost.NONE))
                .plus(rest);
    }

    static Cost cost(List<NcsnppBlock> blocks, long side) {
        return blocks.stream().map(block -> block.cost(side)).reduce(Cost.NONE, Cost::plus);
    }

    private Tensor resampled(Tensor x) {
        return switch (resampling) {
            case NONE -> x;
            case DOWN -> filter.down(x);
            case UP -> filter.up(x);
        };
    }

    /** (a + b)/√2. */
    static Tensor rescaledSum(Tensor a, Tensor b) {
        return a.add(b).mul(scalar(RESCALING));
    }
}
