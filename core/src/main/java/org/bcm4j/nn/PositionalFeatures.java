package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * DDPM++'s features: sine and cosine of w·(¼·ln t) at {@code width}/2 frequencies w from 1 down to 1/10000, both
 * included.
 */
public record PositionalFeatures(int width) implements ScaleFeatures {
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
    public double logFactor() {
        return 0.25;
    }

    @Override
    public <V> V ofArgument(Operations<V> op, V argument) {
        V frequencies = op.constant("positional frequencies " + width, this::frequencies, width / 2);
        V angle = op.multiply(op.reshape(argument, Operations.BATCH, 1), frequencies);
        return op.concatenate(1, op.sin(angle), op.cos(angle));
    }

    private Tensor frequencies() {
        int half = width / 2;
        return torch.arange(scalar(half))
                .to(torch.ScalarType.Float)
                .mul(scalar(-LOG_PERIOD / (half - 1)))
                .exp();
    }
}
