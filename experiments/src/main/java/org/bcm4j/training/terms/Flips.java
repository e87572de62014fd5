package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Mirrors images from left to right, each with probability one half. */
public final class Flips {
    private Flips() {}

    /**
     * Mirrors the images whose number is less than one half.
     *
     * @param images float32 [N,C,H,W]
     * @param uniform N numbers in [0,1)
     */
    public static Tensor mirrored(Tensor images, Tensor uniform) {
        return torch.where(uniform.lt(scalar(0.5)).view(-1, 1, 1, 1), images.flip(3), images);
    }
}
