package org.bcm4j.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** How a parameter starts. */
public enum Initialization {
    ZERO,
    ONE,
    /** Uniform in ±1/√(fan in), fan in being the product of all dimensions but the first: the usual start of layers' weights. */
    UNIFORM_FAN_IN,
    /** Standard normal: embeddings. */
    NORMAL;

    void fill(Tensor parameter, SeededGenerator generator) {
        long[] shape = parameter.shape();
        switch (this) {
            case ZERO -> parameter.zero_();
            case ONE -> parameter.fill_(new Scalar(1.0));
            case NORMAL -> parameter.copy_(generator.normal(shape));
            case UNIFORM_FAN_IN -> {
                double bound = 1 / Math.sqrt((double) parameter.numel() / shape[0]);
                parameter.copy_(
                        generator.uniform(shape).mul_(new Scalar(2 * bound)).sub_(new Scalar(bound)));
            }
            default -> throw new AssertionError(this);
        }
    }
}
