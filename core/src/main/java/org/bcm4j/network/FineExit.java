package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.cat;

import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The end of a network on folded pixels: two convolutions at full resolution over the unfolded features and the input.
 * They connect pixels of neighbouring patches.
 *
 * @param mix convolution of features and input
 * @param last convolution that computes the output; initialised to zero
 */
public record FineExit(Convolution mix, Convolution last) {
    /**
     * @param width channels of the features and of the first convolution's output
     * @param imageChannels channels of input and output
     */
    FineExit(String name, int width, int imageChannels) {
        this(
                new Convolution(name + ".0", width + imageChannels, width, 3),
                new Convolution(name + ".2", width, imageChannels, 3, Initialization.ZERO));
    }

    void declare(WeightLayout.Builder layout) {
        mix.declare(layout);
        last.declare(layout);
    }

    /** @param side height and width of the image */
    Cost cost(long side) {
        Cost activated = Cost.elementwise((mix.in() + mix.out()) * side * side);
        return activated.plus(mix.cost(side)).plus(last.cost(side));
    }

    /** Maps features [B,width,H,W] and the network's input [B,C,H,W] to the output [B,C,H,W]. */
    Tensor apply(Pass pass, Tensor features, Tensor input) {
        Tensor joined = cat(1, torch.silu(features), input.to(features.scalar_type()));
        return last.apply(pass, torch.silu(mix.apply(pass, joined)));
    }
}
