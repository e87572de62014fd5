package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.function.UnaryOperator;
import org.bcm4j.tensor.TensorForm;
import org.bcm4j.walk.NoiseSource;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Inpainting: some pixels are known, the others are unknown. Known pixels keep their values bit for bit.
 *
 * @param images float32 [B,C,H,W] in [-1,1]; the values of missing pixels do not matter
 * @param missing bool [B,1,H,W]: true where a pixel is missing
 */
public record KnownPixels(Tensor images, Tensor missing) implements Constraint {
    /** Standard deviation of the noise in the missing pixels at the start of an inversion. */
    private static final double FILLING = 0.5;

    @Override
    public Tensor begin(Tensor given, NoiseSource noise) {
        return torch.where(missing, noise.normal(given.shape()).mul(scalar(FILLING)), given);
    }

    @Override
    public Tensor impose(Tensor proposed) {
        return torch.where(missing, proposed, images);
    }

    @Override
    public Tensor renew(Tensor points, double time, NoiseSource noise) {
        return torch.where(missing, noise.normal(points.shape()).mul(scalar(time)), points);
    }

    @Override
    public void requireFit(Tensor given) {
        TensorForm wanted = TensorForm.of("images", given);
        TensorForm known = TensorForm.of("known pixels", images);
        TensorForm holes = TensorForm.of("missing pixels", missing);
        if (!known.equals(wanted) || !holes.is(ScalarType.Bool, given.size(0), 1, given.size(2), given.size(3))) {
            throw new IllegalArgumentException("images " + wanted + " need known pixels of the same form and"
                    + " missing pixels bool [B,1,H,W], not " + known + " and " + holes);
        }
    }

    @Override
    public KnownPixels map(UnaryOperator<Tensor> change) {
        return new KnownPixels(change.apply(images), change.apply(missing));
    }
}
