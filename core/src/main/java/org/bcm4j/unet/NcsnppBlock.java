package org.bcm4j.unet;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.DotProductAttention;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * NCSN++'s residual block, after BigGAN's: norm, SiLU, resampling, convolution; the embedding added; norm, SiLU, dropout,
 * convolution; the skip resampled alongside; possibly attention. Each sum is scaled by √½, so that its variance is that of
 * its parts. [B,in,H,W] and the activated embedding [B,E] to [B,out,H',W'].
 *
 * @param resample what is done to height and width, on either way around
 */
record NcsnppBlock(
        UnaryOperator<Tensor> resample,
        double dropout,
        GroupNorm norm0,
        Convolution conv0,
        Linear affine,
        GroupNorm norm1,
        Convolution conv1,
        Optional<Convolution> skip,
        Optional<DotProductAttention> attention) {
    private static final double RESCALING = Math.sqrt(0.5);

    static NcsnppBlock of(NcsnppConfig config, String name, int in, int out, boolean attends) {
        return of(config, name, in, out, UnaryOperator.identity(), in != out, attends);
    }

    /** One that halves height and width. */
    static NcsnppBlock down(NcsnppConfig config, String name, int channels) {
        FirResampling resampling = config.resampling();
        return of(config, name, channels, channels, resampling::down, true, false);
    }

    /** One that doubles height and width. */
    static NcsnppBlock up(NcsnppConfig config, String name, int channels) {
        FirResampling resampling = config.resampling();
        return of(config, name, channels, channels, resampling::up, true, false);
    }

    private static NcsnppBlock of(
            NcsnppConfig config,
            String name,
            int in,
            int out,
            UnaryOperator<Tensor> resample,
            boolean convolvesSkip,
            boolean attends) {
        return new NcsnppBlock(
                resample,
                config.dropout(),
                GroupNorm.ncsnpp(name + ".norm0", in),
                new Convolution(name + ".conv0", in, out, 3),
                new Linear(name + ".affine", config.embeddingWidth(), out),
                GroupNorm.ncsnpp(name + ".norm1", out),
                new Convolution(name + ".conv1", out, out, 3, true),
                convolvesSkip ? Optional.of(new Convolution(name + ".skip", in, out, 1)) : Optional.empty(),
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
        Tensor h = conv0.apply(pass, resample.apply(torch.silu(norm0.apply(pass, x))));
        h = h.add(affine.apply(pass, embedding).unsqueeze(2).unsqueeze(3));
        h = pass.dropout().apply(torch.silu(norm1.apply(pass, h)), dropout);
        Tensor around = resample.apply(x);
        Tensor sum = rescaledSum(skip.isPresent() ? skip.get().apply(pass, around) : around, conv1.apply(pass, h));
        return attention.isPresent() ? rescaledSum(sum, attention.get().apply(pass, sum)) : sum;
    }

    /** (a + b)/√2. */
    static Tensor rescaledSum(Tensor a, Tensor b) {
        return a.add(b).mul(new Scalar(RESCALING));
    }
}
