package org.bcm4j.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The initial values of a parameter. */
public enum Initialization {
    ZERO,
    ONE,
    /**
     * Uniform in ±1/√(fan in), where fan in is the product of all dimensions except the first: the usual initialisation
     * of layer weights.
     */
    UNIFORM_FAN_IN,
    /**
     * Glorot: uniform with variance 2/(fan in + fan out). Fan in is the second dimension and fan out the first, each
     * multiplied by the kernel positions of a convolution.
     */
    GLOROT,
    /**
     * Glorot with a fifth of its variance: for q, k and v of NCSN++'s attention, which one layer with three times the
     * channels computes.
     */
    GLOROT_FIFTH,
    /** Standard normal: for embeddings. */
    NORMAL;

    void fill(Tensor parameter, SeededGenerator generator) {
        long[] shape = parameter.shape();
        switch (this) {
            case ZERO -> parameter.zero_();
            case ONE -> parameter.fill_(new Scalar(1.0));
            case NORMAL -> parameter.copy_(generator.normal(shape));
            case UNIFORM_FAN_IN -> uniform(parameter, 1 / Math.sqrt((double) parameter.numel() / shape[0]), generator);
            case GLOROT -> uniform(parameter, glorotBound(shape), generator);
            case GLOROT_FIFTH -> uniform(parameter, Math.sqrt(0.2) * glorotBound(shape), generator);
            default -> throw new AssertionError(this);
        }
    }

    private static void uniform(Tensor parameter, double bound, SeededGenerator generator) {
        parameter.copy_(
                generator.uniform(parameter.shape()).mul_(new Scalar(2 * bound)).sub_(new Scalar(bound)));
    }

    /** A uniform number in ±b has variance b²/3. */
    private static double glorotBound(long[] shape) {
        long kernel = Arrays.stream(shape, 2, shape.length).reduce(1, (a, b) -> a * b);
        return Math.sqrt(6.0 / ((shape[0] + shape[1]) * kernel));
    }
}
