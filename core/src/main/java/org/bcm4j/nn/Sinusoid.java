package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * ADM's features: cosines, then sines, of 250·ln t at {@code width}/2 frequencies from 1 down towards 1/10000
 * (docs/method.md §2).
 */
public record Sinusoid(int width) implements ScaleFeatures {
    private static final double LOG_PERIOD = Math.log(10_000);

    @Override
    public double logFactor() {
        return 250;
    }

    @Override
    public <V> V ofArgument(Operations<V> op, V argument) {
        V frequencies = op.constant("sinusoid frequencies " + width, this::frequencies, width / 2);
        V angle = op.multiply(op.reshape(argument, Operations.BATCH, 1), frequencies);
        return op.concatenate(1, op.cos(angle), op.sin(angle));
    }

    private Tensor frequencies() {
        int half = width / 2;
        return torch.arange(scalar(half))
                .to(torch.ScalarType.Float)
                .mul(scalar(-LOG_PERIOD))
                .div(scalar((double) half))
                .exp();
    }
}
