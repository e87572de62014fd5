package org.bcm4j.unet;

import org.bcm4j.nn.Attention;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/** One step of a U-Net's way down, middle or way up: features [B,C,H,W] and the activated embedding [B,E] to features. */
sealed interface Block permits ResidualBlock, Block.Attending, Block.Entrance {
    void declare(WeightLayout.Builder layout);

    Tensor apply(Pass pass, Tensor x, Tensor embedding);

    /** Attention, which needs no embedding. */
    record Attending(Attention attention) implements Block {
        @Override
        public void declare(WeightLayout.Builder layout) {
            attention.declare(layout);
        }

        @Override
        public Tensor apply(Pass pass, Tensor x, Tensor embedding) {
            return attention.apply(pass, x);
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
    }
}
