package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** DDPM++'s features: sine and cosine of w·c at {@code width}/2 frequencies w from 1 down to 1/10000, both included. */
public record PositionalFeatures(int width) implements NoiseFeatures {
    private static final double LOG_PERIOD = Math.log(10_000);

    /**
     * @throws IllegalArgumentException unless there are at least two frequencies, which means an even width of 4 or
     *     more
     */
    public PositionalFeatures {
        if (width < 4 || width % 2 != 0) {
            throw new IllegalArgumentException("width must be even and 4 or more, is " + width);
        }
    }

    @Override
    public void declare(WeightLayout.Builder layout) {
        // The frequencies are constants.
    }

    @Override
    public Tensor apply(Pass pass, Tensor noise) {
        Tensor frequencies = frequencies().to(noise.device(), torch.ScalarType.Float);
        Tensor angle = noise.unsqueeze(1).mul(frequencies);
        return cat(1, angle.sin(), angle.cos());
    }

    /** The frequencies from 1 down to 1/10000: float32 [width/2], on the CPU. */
    public Tensor frequencies() {
        int half = width / 2;
        return torch.arange(scalar(half))
                .to(torch.ScalarType.Float)
                .mul(scalar(-LOG_PERIOD / (half - 1)))
                .exp();
    }
}
