package org.bcm4j.editing;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Super-resolution: the mean of every patch of factor×factor pixels is known, what varies within it is to be found.
 *
 * @param means float32 [B,C,H/factor,W/factor] in [-1,1], the small images
 * @param factor side of a patch, at least 2
 */
public record KnownPatchMeans(Tensor means, int factor) implements Constraint {
    public KnownPatchMeans {
        if (factor < 2) {
            throw new IllegalArgumentException("a patch has at least 2 pixels a side, not " + factor);
        }
    }

    @Override
    public Tensor impose(Tensor proposed) {
        Tensor lacking = means.sub(torch.avg_pool2d(proposed, factor, factor));
        return proposed.add(torch.upsample_nearest2d(lacking, new long[] {proposed.size(2), proposed.size(3)}));
    }

    @Override
    public KnownPatchMeans narrow(long first, long count) {
        return new KnownPatchMeans(means.narrow(0, first, count), factor);
    }
}
