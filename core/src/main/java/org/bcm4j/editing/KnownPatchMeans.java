package org.bcm4j.editing;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Super-resolution: the mean of each patch of factor×factor pixels is known. The variation within a patch is unknown.
 *
 * @param means float32 [B,C,H/factor,W/factor] in [-1,1], the small images
 * @param factor side of a patch, one of {@link #FACTORS}
 */
public record KnownPatchMeans(Tensor means, int factor) implements Constraint {
    /** How many times larger than the small images the results can be, in both directions. */
    public static final List<Integer> FACTORS = List.of(2, 4);

    public KnownPatchMeans {
        if (!FACTORS.contains(factor)) {
            throw new IllegalArgumentException("images are enlarged 2 or 4 times, not " + factor);
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
            throw new IllegalArgumentException("the patch means of images " + wanted
                    + " must have their size divided by " + factor + ", not " + known);
        }
    }

    @Override
    public KnownPatchMeans map(UnaryOperator<Tensor> change) {
        return new KnownPatchMeans(change.apply(means), factor);
    }
}
