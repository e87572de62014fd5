package org.bcm4j.model;

import static org.bcm4j.model.NoiseScales.SIGMA_DATA;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * How the network's output F becomes the model's: f = c_skip·x + c_out·F(c_in·x, t, u) (docs/method.md §2, Eq. 5). All of [B] to [B], float32.
 */
public enum Preconditioning {
    /** EDM's unit-variance arguments applied to an Euler step of the PF ODE; f(x,t,t) = x exactly. */
    BIDIRECTIONAL {
        @Override
        public Tensor skip(Tensor t, Tensor u) {
            return t.mul(u).add(variance()).div(t.square().add(variance()));
        }

        @Override
        public Tensor out(Tensor t, Tensor u) {
            return t.sub(u)
                    .mul(new Scalar(SIGMA_DATA))
                    .div(t.square().add(variance()).sqrt());
        }
    },
    /** The plain consistency model's, which always goes to time 0 whatever u is. */
    CONSISTENCY {
        @Override
        public Tensor skip(Tensor t, Tensor u) {
            Tensor sinceStart = t.sub(new Scalar(SIGMA_MIN)).square();
            return sinceStart.add(variance()).reciprocal().mul(variance());
        }

        @Override
        public Tensor out(Tensor t, Tensor u) {
            Tensor sinceStart = t.sub(new Scalar(SIGMA_MIN));
            return sinceStart
                    .mul(new Scalar(SIGMA_DATA))
                    .div(t.square().add(variance()).sqrt());
        }
    },
    /** EDM's denoiser D(x, t) (docs/method.md §4), which answers with the expected image whatever u is: no step of a {@link ConsistencyModel}. */
    DENOISER {
        @Override
        public Tensor skip(Tensor t, Tensor u) {
            return t.square().add(variance()).reciprocal().mul(variance());
        }

        @Override
        public Tensor out(Tensor t, Tensor u) {
            return t.mul(new Scalar(SIGMA_DATA)).div(t.square().add(variance()).sqrt());
        }
    };

    /** c_in: scales x to unit variance. */
    public Tensor in(Tensor t) {
        return t.square().add(variance()).rsqrt();
    }

    /** c_skip. */
    public abstract Tensor skip(Tensor t, Tensor u);

    /** c_out. */
    public abstract Tensor out(Tensor t, Tensor u);

    private static Scalar variance() {
        return new Scalar(SIGMA_DATA * SIGMA_DATA);
    }
}
