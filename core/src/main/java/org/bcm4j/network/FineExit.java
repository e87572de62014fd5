package org.bcm4j.network;

import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Operations;
import org.bcm4j.tensor.Initialization;

/**
 * The end of a network on folded pixels: two convolutions at full resolution over the unfolded features and the input.
 * They connect pixels of neighbouring patches.
 *
 * @param mix convolution of features and input
 * @param last convolution that computes the output; initialised to zero
 */
record FineExit(Convolution mix, Convolution last) {
    /**
     * @param width channels of the features and of the first convolution's output
     * @param imageChannels channels of input and output
     */
    FineExit(String name, int width, int imageChannels) {
        this(
                new Convolution(name + ".0", width + imageChannels, width, 3),
                new Convolution(name + ".2", width, imageChannels, 3, Initialization.ZERO));
    }

    /** Maps features [B,width,H,W] and the network's input [B,C,H,W] to the output [B,C,H,W]. */
    <V> V apply(Operations<V> op, V features, V input) {
        V joined = op.concatenate(1, op.silu(features), input);
        return last.apply(op, op.silu(mix.apply(op, joined)));
    }
}
