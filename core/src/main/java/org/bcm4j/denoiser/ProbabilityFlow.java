package org.bcm4j.denoiser;

import static org.bcm4j.tensor.Ops.scalar;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The ODE whose solutions lead from noise to images and back, dx/dt = (x − D(x; t))/t (docs/method.md §1). It counts
 * the evaluations of D.
 */
final class ProbabilityFlow {
    private final Denoiser denoiser;
    private int evaluations;

    ProbabilityFlow(Denoiser denoiser) {
        this.denoiser = denoiser;
    }

    /**
     * dx/dt at (x, t) for positive t: maps float64 [B,C,H,W] to float64 [B,C,H,W]. The denoiser receives x rounded to
     * float32.
     */
    Tensor slope(Tensor x, double t) {
        evaluations++;
        Tensor rounded = x.to(ScalarType.Float);
        Tensor sigma = rounded.new_full(new long[] {x.size(0)}, scalar(t));
        return x.sub(denoiser.denoise(rounded, sigma).to(ScalarType.Double)).div(scalar(t));
    }

    int evaluations() {
        return evaluations;
    }
}
