package org.bcm4j.model;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The kind of model that a network was trained as. The kind decides how the model's output is computed from the
 * network's output F, f = c_skip·x + c_out·F(c_in·x, t, u) (docs/method.md §2, Eq. 5), whether the network receives a
 * target time, and which noise scales the model can reach. The coefficients map float32 [B] to float32 [B].
 */
public enum ModelKind {
    /**
     * Follows a trajectory in both directions: f(x, t, u) is the point at u. Applies EDM's unit-variance argument to an
     * Euler step of the PF ODE; f(x,t,t) = x exactly.
     */
    BIDIRECTIONAL("bidirectional consistency model") {
        @Override
        public Tensor skip(Tensor t, Tensor u) {
            return t.mul(u).add(variance()).div(t.square().add(variance()));
        }

        @Override
        public Tensor out(Tensor t, Tensor u) {
            return t.sub(u)
                    .mul(scalar(SIGMA_DATA))
                    .div(t.square().add(variance()).sqrt());
        }
    },
    /** A plain consistency model: goes to time 0 only, whatever u is. */
    CONSISTENCY("consistency model") {
        @Override
        public Tensor skip(Tensor t, Tensor u) {
            Tensor sinceStart = t.sub(scalar(SIGMA_MIN)).square();
            return sinceStart.add(variance()).reciprocal().mul(variance());
        }

        @Override
        public Tensor out(Tensor t, Tensor u) {
            Tensor sinceStart = t.sub(scalar(SIGMA_MIN));
            return sinceStart
                    .mul(scalar(SIGMA_DATA))
                    .div(t.square().add(variance()).sqrt());
        }
    },
    /**
     * EDM's denoiser D(x, t) (docs/method.md §4): returns the expected image, whatever u is. It follows no walk, but
     * its ODE can be solved.
     */
    DENOISER("denoiser") {
        @Override
        public Tensor skip(Tensor t, Tensor u) {
            return t.square().add(variance()).reciprocal().mul(variance());
        }

        @Override
        public Tensor out(Tensor t, Tensor u) {
            return t.mul(scalar(SIGMA_DATA)).div(t.square().add(variance()).sqrt());
        }
    };

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
    public Tensor in(Tensor t) {
        return t.square().add(variance()).rsqrt();
    }

    /** c_skip. */
    public abstract Tensor skip(Tensor t, Tensor u);

    /** c_out. */
    public abstract Tensor out(Tensor t, Tensor u);

    private static Scalar variance() {
        return scalar(SIGMA_DATA * SIGMA_DATA);
    }
}
