package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The distance of consistency training, d(a,b) = √(‖a−b‖² + c²) − c (docs/method.md §4), per image.
 *
 * @param perRootDimension whether to divide by √D, as the published PyTorch code does
 */
public record PseudoHuber(double c, boolean perRootDimension) {
    /** iCT's constant, c = 0.00054·√D. */
    public static PseudoHuber forDimension(long dimension) {
        return new PseudoHuber(0.00054 * Math.sqrt(dimension), false);
    }

    /** Two tensors [B,C,H,W] to distances [B]. */
    public Tensor apply(Tensor a, Tensor b) {
        Tensor squares = torch.sum(a.sub(b).square().flatten(1, 3), 1);
        Tensor distance = squares.add(scalar(c * c)).sqrt().sub(scalar(c));
        return perRootDimension ? distance.div(scalar(Math.sqrt(dimension(a)))) : distance;
    }

    private static double dimension(Tensor x) {
        return (double) x.numel() / x.size(0);
    }
}
