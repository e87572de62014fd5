package org.bcm4j.model;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a network was trained to be. The kind decides how the network's output F becomes the model's, f = c_skip·x + c_out·F(c_in·x, t, u)
 * (docs/method.md §2, Eq. 5), whether the network is told a target time, and where the model can go. The coefficients are [B] to [B], float32.
 */
public enum ModelKind {
    /**
     * Goes along a trajectory in both directions: f(x, t, u) is the point at u. EDM's unit-variance arguments applied to an Euler step of
     * the PF ODE; f(x,t,t) = x exactly.
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
    /** Goes to time 0 only, whatever u is: a plain consistency model. */
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
    /** Goes nowhere: EDM's denoiser D(x, t) (docs/method.md §4) gives the expected image, whatever u is. Its ODE can be solved. */
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

    /** What people call it. */
    public String title() {
        return title;
    }

    /** Whether f leads to another noise scale in one evaluation, so that the model can go a walk. */
    public boolean walks() {
        return this != DENOISER;
    }

    /** Whether f leads to any noise scale u, so that the model inverts images, and its network has to be told u. */
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
