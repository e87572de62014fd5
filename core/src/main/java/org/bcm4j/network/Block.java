package org.bcm4j.network;

import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/**
 * One step of a U-Net's down path, middle or up path. Maps features [B,C,H,W] and the activated embedding [B,E] to
 * features.
 */
public sealed interface Block permits ResidualBlock, Block.Attending, Block.Entrance {
    void declare(WeightLayout.Builder layout);

    Tensor apply(Pass pass, Tensor x, Tensor embedding);

    /** @param side height and width of the input */
    Cost cost(long side);

    /** How the block changes height and width. */
    default Resampling resampling() {
        return Resampling.NONE;
    }

    /** An attention block, which ignores the embedding. */
    record Attending(Attention attention) implements Block {
        @Override
        public void declare(WeightLayout.Builder layout) {
            attention.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor x, Tensor embedding) {
            return attention.apply(pass, x);
        }

        @Override
        public Cost cost(long side) {
            return attention.cost(side);
        }
    }

    /** The first convolution. */
    record Entrance(Convolution convolution) implements Block {
        @Override
        public void declare(WeightLayout.Builder layout) {
            convolution.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor x, Tensor embedding) {
            return convolution.apply(pass, x);
        }

        @Override
        public Cost cost(long side) {
            return convolution.cost(side);
        }
    }
}
