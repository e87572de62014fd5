package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A 3×3 convolution with bias, combined with halving by a filter: maps [B,in,H,W] to [B,out,H/2,W/2]; H and W must be
 * even. It smooths the image first, then computes the convolution at every other pixel only. The result equals
 * convolving and then halving, with zeros around the image in both cases.
 */
public record FirDownConvolution(String name, int in, int out, FirResampling resampling) {
    /** Height and width of the convolution's kernel. */
    public static final int KERNEL = 3;

    public void declare(WeightLayout.Builder layout) {
        layout.declare(name + ".weight", Initialization.GLOROT, out, in, KERNEL, KERNEL);
        layout.declare(name + ".bias", Initialization.ZERO, out);
    }

    /** @param side height and width of the image that is halved */
    public Cost cost(long side) {
        long outputs = out * (side / 2) * (side / 2);
        Cost convolved = new Cost(outputs * in * KERNEL * KERNEL, outputs);
        return resampling.cost(in, side + KERNEL / 2 * 2 + 1).plus(convolved);
    }

    public Tensor apply(Pass pass, Tensor x) {
        Tensor weight = pass.weight(name + ".weight");
        TensorOptional bias = new TensorOptional(pass.weight(name + ".bias"));
        Tensor smoothed = resampling.smoothed(x, KERNEL / 2);
        long[] one = {1, 1};
        return pass.observed(name, torch.conv2d(smoothed, weight, bias, new long[] {2, 2}, new long[] {0, 0}, one, 1));
    }
}
