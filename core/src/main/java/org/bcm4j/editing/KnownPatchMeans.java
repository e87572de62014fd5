package org.bcm4j.editing;

import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Super-resolution: the mean of each patch of factor×factor pixels is known. The variation within a patch is unknown.
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
    public void requireFit(Tensor given) {
        TensorForm wanted = TensorForm.of("images", given);
        TensorForm known = TensorForm.of("patch means", means);
        boolean divides = given.size(2) % factor == 0 && given.size(3) % factor == 0;
        if (!divides
                || !known.is(
                        ScalarType.Float,
                        given.size(0),
                        given.size(1),
                        given.size(2) / factor,
                        given.size(3) / factor)) {
            throw new IllegalArgumentException(
                    "the patch means of images " + wanted + " are their size divided by " + factor + ", not " + known);
        }
    }

    @Override
    public KnownPatchMeans narrow(long first, long count) {
        return new KnownPatchMeans(means.narrow(0, first, count), factor);
    }
}
