package org.bcm4j.editing;

import java.util.function.UnaryOperator;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Colourisation: the component of each pixel along the luminance direction (0.2989, 0.587, 0.114) is known. The two
 * components across it are unknown.
 *
 * @param images float32 [B,3,H,W] in [-1,1]: grey images in three equal channels, or coloured images whose luminance is
 *     to be kept
 */
public record KnownLuminance(Tensor images) implements Constraint {
    /** Red, green and blue. */
    public static final int CHANNELS = 3;

    private static final double[] WEIGHTS = {0.2989, 0.587, 0.114};

    /** Coloured images [B,3,H,W] as grey ones of the same luminance, in three equal channels. */
    public static Tensor grey(Tensor images) {
        Tensor weights = Device.CPU.floats(WEIGHTS).to(images.device(), images.scalar_type());
        return images.mul(weights.view(1, 3, 1, 1))
                .sum(new long[] {1}, true, new ScalarTypeOptional())
                .expand_as(images)
                .contiguous();
    }

    @Override
    public Tensor impose(Tensor proposed) {
        Tensor direction = direction(proposed);
        Tensor lacking = images.sub(proposed).mul(direction).sum(new long[] {1}, true, new ScalarTypeOptional());
        return proposed.add(lacking.mul(direction));
    }

    /** The luminance direction as a unit vector, [1,3,1,1]. */
    private static Tensor direction(Tensor like) {
        double length = Math.sqrt(WEIGHTS[0] * WEIGHTS[0] + WEIGHTS[1] * WEIGHTS[1] + WEIGHTS[2] * WEIGHTS[2]);
        Tensor unit = Device.CPU.floats(WEIGHTS[0] / length, WEIGHTS[1] / length, WEIGHTS[2] / length);
        return unit.to(like.device(), like.scalar_type()).view(1, 3, 1, 1);
    }

    @Override
    public void requireFit(Tensor given) {
        TensorForm wanted = TensorForm.of("images", given);
        TensorForm known = TensorForm.of("images of known luminance", images);
        if (!known.equals(wanted) || given.size(1) != 3) {
            throw new IllegalArgumentException(
                    "the known luminance must be that of images float32 [B,3,H,W], not " + known + " for " + wanted);
        }
    }

    @Override
    public KnownLuminance map(UnaryOperator<Tensor> change) {
        return new KnownLuminance(change.apply(images));
    }
}
