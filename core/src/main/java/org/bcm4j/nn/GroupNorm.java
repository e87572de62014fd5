package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Group normalisation with a scale and a shift per channel: maps [B,C,H,W] to [B,C,H,W]. Its statistics are float32 in
 * every precision.
 */
public record GroupNorm(String name, int groups, int channels, double epsilon) {
    /** ADM's norm: 32 groups, or the largest smaller power of two that divides the channels; ε = 1e-5. */
    public static GroupNorm adm(String name, int channels) {
        return new GroupNorm(name, Math.min(32, Integer.lowestOneBit(channels)), channels, 1e-5);
    }

    /** NCSN++'s norm: groups of four channels, or 32 groups if that is fewer; ε = 1e-6. */
    public static GroupNorm ncsnpp(String name, int channels) {
        return new GroupNorm(name, Math.min(32, channels / 4), channels, 1e-6);
    }

    public void declare(WeightLayout.Builder layout) {
        layout.declare(name + ".weight", Initialization.ONE, channels);
        layout.declare(name + ".bias", Initialization.ZERO, channels);
    }

    /** @param side height and width of the image */
    public Cost cost(long side) {
        return Cost.elementwise(channels * side * side);
    }

    public Tensor apply(Pass pass, Tensor x) {
        // libtorch's backward pass of a channels-last group norm crashes the process on the CPU if x needs no gradient.
        TensorOptional weight = new TensorOptional(pass.weight(name + ".weight"));
        TensorOptional bias = new TensorOptional(pass.weight(name + ".bias"));
        return pass.observed(name, torch.group_norm(x.contiguous(), groups, weight, bias, epsilon, true));
    }
}
