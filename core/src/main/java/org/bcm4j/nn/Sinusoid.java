package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Sinusoidal features of a noise scale: cosines, then sines, of 250·ln t at {@code width}/2 frequencies from 1 down
 * towards 1/10000 (docs/method.md §2). Maps [B] to [B,width]. All arithmetic is float32: the argument reaches 1,550, so
 * another precision would change the features by 1e-4.
 */
public record Sinusoid(int width) {
    /** The factor of ln t before the frequencies. */
    public static final double LOG_SCALE = 250;

    private static final double LOG_PERIOD = Math.log(10_000);

    public Tensor apply(Tensor t) {
        Tensor frequencies = frequencies().to(t.device(), torch.ScalarType.Float);
        Tensor angle = t.log().mul(scalar(LOG_SCALE)).unsqueeze(1).mul(frequencies);
        return cat(1, angle.cos(), angle.sin());
    }

    /** The frequencies from 1 down towards 1/10000: float32 [width/2], on the CPU. */
    public Tensor frequencies() {
        int half = width / 2;
        return torch.arange(scalar(half))
                .to(torch.ScalarType.Float)
                .mul(scalar(-LOG_PERIOD))
                .div(scalar((double) half))
                .exp();
    }
}
