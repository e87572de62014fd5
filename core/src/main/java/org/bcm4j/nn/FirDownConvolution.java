package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A 3×3 convolution with bias and a halving by a filter in one: [B,in,H,W] to [B,out,H/2,W/2]; H and W must be even. The
 * image is smoothed first and the convolution computes every other pixel only; the result is the same as convolving and
 * then halving would give, the zeros beyond the border being those around the image in either case.
 */
public record FirDownConvolution(String name, int in, int out, FirResampling resampling) {
    private static final int KERNEL = 3;

    public void declare(WeightLayout.Builder layout) {
        layout.declare(name + ".weight", Initialization.UNIFORM_FAN_IN, out, in, KERNEL, KERNEL);
        layout.declare(name + ".bias", Initialization.ZERO, out);
    }

    public Tensor apply(Pass pass, Tensor x) {
        Tensor weight = pass.weight(name + ".weight");
        TensorOptional bias = new TensorOptional(pass.weight(name + ".bias"));
        Tensor smoothed = resampling.smoothed(x, KERNEL / 2);
        return torch.conv2d(smoothed, weight, bias, new long[] {2, 2}, new long[] {0, 0}, new long[] {1, 1}, 1);
    }
}
