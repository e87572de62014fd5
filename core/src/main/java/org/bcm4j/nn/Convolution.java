package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A convolution with bias and odd kernel size that keeps height and width: maps [B,in,H,W] to [B,out,H,W].
 *
 * @param start initialisation of the weight; zero at the end of residual branches. The bias starts at zero
 */
public record Convolution(String name, int in, int out, int kernel, Initialization start) {
    public Convolution(String name, int in, int out, int kernel) {
        this(name, in, out, kernel, Initialization.UNIFORM_FAN_IN);
    }

    public void declare(WeightLayout.Builder layout) {
        layout.declare(name + ".weight", start, out, in, kernel, kernel);
        layout.declare(name + ".bias", Initialization.ZERO, out);
    }

    /** @param side height and width of the image */
    public Cost cost(long side) {
        long outputs = out * side * side;
        return new Cost(outputs * in * kernel * kernel, outputs);
    }

    public Tensor apply(Pass pass, Tensor x) {
        long[] one = {1, 1};
        long[] padding = {kernel / 2, kernel / 2};
        TensorOptional bias = new TensorOptional(pass.weight(name + ".bias"));
        Tensor weight = pass.weight(name + ".weight");
        return pass.observed(name, torch.conv2d(x, weight, bias, one, padding, one, 1));
    }
}
