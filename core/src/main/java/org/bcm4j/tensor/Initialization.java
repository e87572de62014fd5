package org.bcm4j.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** How a parameter starts. */
public enum Initialization {
    ZERO,
    ONE,
    /** Uniform in ±1/√(fan in), fan in being the product of all dimensions but the first: the usual start of layers' weights. */
    UNIFORM_FAN_IN,
    /**
     * Glorot's: uniform with the variance 2/(fan in + fan out), where fan out is the first dimension and, of a convolution, the kernel's
     * positions, as fan in has them.
     */
    GLOROT,
    /** Glorot's with a fifth of its variance: q, k and v of NCSN++'s attention, made by one layer of three times the channels. */
    GLOROT_FIFTH,
    /** Standard normal: embeddings. */
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

    /** A uniform number in ±b has the variance b²/3. */
    private static double glorotBound(long[] shape) {
        long kernel = Arrays.stream(shape, 2, shape.length).reduce(1, (a, b) -> a * b);
        return Math.sqrt(6.0 / ((shape[0] + shape[1]) * kernel));
    }
}
