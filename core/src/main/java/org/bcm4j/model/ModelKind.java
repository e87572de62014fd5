package org.bcm4j.model;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import org.bcm4j.nn.Operations;

/**
 * The kind of model that a network was trained as. The kind decides how the model's output is computed from the
 * network's output F, f = c_skip·x + c_out·F(c_in·x, t, u) (docs/method.md §2, Eq. 5), whether the network receives a
 * target time, and which noise scales the model can reach. The coefficients map noise scales [B] to [B], for any kind of
 * value, like the layers of a network.
 */
public enum ModelKind {
    /**
     * Follows a trajectory in both directions: f(x, t, u) is the point at u. Applies EDM's unit-variance argument to an
     * Euler step of the PF ODE; f(x,t,t) = x exactly.
     */
    BIDIRECTIONAL("bidirectional consistency model") {
        @Override
        public <V> V skip(Operations<V> op, V t, V u) {
            return op.divide(op.add(op.multiply(t, u), VARIANCE), op.add(op.square(t), VARIANCE));
        }

        @Override
        public <V> V out(Operations<V> op, V t, V u) {
            return op.divide(op.multiply(op.subtract(t, u), SIGMA_DATA), deviation(op, t));
        }
    },
    /** A plain consistency model: goes to time 0 only, whatever u is. */
    CONSISTENCY("consistency model") {
        @Override
        public <V> V skip(Operations<V> op, V t, V u) {
            return shareOfData(op, op.subtract(t, SIGMA_MIN));
        }

        @Override
        public <V> V out(Operations<V> op, V t, V u) {
            return op.divide(op.multiply(op.subtract(t, SIGMA_MIN), SIGMA_DATA), deviation(op, t));
        }
    },
    /**
     * EDM's denoiser D(x, t) (docs/method.md §4): returns the expected image, whatever u is. It follows no walk, but
     * its ODE can be solved.
     */
    DENOISER("denoiser") {
        @Override
        public <V> V skip(Operations<V> op, V t, V u) {
            return shareOfData(op, t);
        }

        @Override
        public <V> V out(Operations<V> op, V t, V u) {
            return op.divide(op.multiply(t, SIGMA_DATA), deviation(op, t));
        }
    };

    private static final double VARIANCE = SIGMA_DATA * SIGMA_DATA;

    private final String title;

    ModelKind(String title) {
        this.title = title;
    }

    /** The name for users. */
    public String title() {
        return title;
    }

    /** Whether f leads to another noise scale in one evaluation, so that the model can follow a walk. */
    public boolean walks() {
        return this != DENOISER;
    }

    /** Whether f leads to any noise scale u. Such a model inverts images, and its network receives u. */
    public boolean isBidirectional() {
        return this == BIDIRECTIONAL;
    }

    /** c_in: scales x to unit variance. */
    public <V> V in(Operations<V> op, V t) {
        return op.rsqrt(op.add(op.square(t), VARIANCE));
    }

    /** c_skip. */
    public abstract <V> V skip(Operations<V> op, V t, V u);

    /** c_out. */
    public abstract <V> V out(Operations<V> op, V t, V u);

    /** √(t² + σ_data²), the standard deviation of a noisy image. */
    private static <V> V deviation(Operations<V> op, V t) {
        return op.sqrt(op.add(op.square(t), VARIANCE));
    }

    /** σ_data²/(s² + σ_data²). */
    private static <V> V shareOfData(Operations<V> op, V scale) {
        return op.multiply(op.reciprocal(op.add(op.square(scale), VARIANCE)), VARIANCE);
    }
}
