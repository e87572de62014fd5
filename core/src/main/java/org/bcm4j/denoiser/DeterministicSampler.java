package org.bcm4j.denoiser;

import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Generates and inverts images by solving a denoiser's probability flow ODE between σ_min and T. It draws no noise.
 * Points are float64, and the denoiser receives them rounded to float32, so its errors are the only ones. Native memory
 * of each step is freed before the next. The caller's tensors are neither changed nor freed.
 *
 * @param solver rule and grid
 * @param points N, the number of noise scales from σ_min to T at which the denoiser is evaluated, at least 2
 */
public record DeterministicSampler(OdeSolver solver, int points) {
    /** EDM's rule. */
    public static final OdeSolver USUAL_SOLVER = OdeSolver.HEUN;

    /** EDM's number of steps for CIFAR-10. */
    public static final int USUAL_POINTS = 18;

    public DeterministicSampler {
        Objects.requireNonNull(solver, "solver");
        if (points < 2) {
            throw new IllegalArgumentException("an ODE solver needs at least 2 points, not " + points);
        }
    }

    /**
     * Generates images from noise in N steps. The last step, from σ_min to 0, is an Euler step. Heun takes 2N − 1
     * evaluations, the others N.
     *
     * @param noise standard normal, [B,C,H,W]; the latent of an inversion, divided by T, gives its image back
     */
    public OdeSolution generate(Denoiser denoiser, Tensor noise) {
        double[] descending = new double[points + 1]; // ends with 0
        double[] ascending = solver.ascendingTimes(points);
        Arrays.setAll(descending, i -> i < points ? ascending[points - 1 - i] : 0);
        return solve(denoiser, Scope.returning(() -> noise.to(ScalarType.Double).mul(scalar(SIGMA_MAX))), descending);
    }

    /**
     * Inverts images to their latents, the points at T: N − 1 steps backwards, from σ_min. Heun takes 2(N − 1)
     * evaluations, the others N − 1.
     *
     * @param images [B,C,H,W] in [-1,1], taken as the points at σ_min
     */
    public OdeSolution invert(Denoiser denoiser, Tensor images) {
        return solve(denoiser, Scope.returning(() -> images.to(ScalarType.Double)), solver.ascendingTimes(points));
    }

    /**
     * Inverts images plus a little noise to their latents, as {@link #invert(Denoiser, Tensor)} does. It starts at the
     * scale of that noise and continues with the grid points above it.
     *
     * @param images [B,C,H,W], points at {@code from}
     * @param from a noise scale in (σ_min, T)
     */
    public OdeSolution invert(Denoiser denoiser, Tensor images, double from) {
        return solve(denoiser, Scope.returning(() -> images.to(ScalarType.Double)), ascendingTimes(from));
    }

    private double[] ascendingTimes(double from) {
        if (from <= SIGMA_MIN) {
            return solver.ascendingTimes(points);
        }
        DoubleStream above = Arrays.stream(solver.ascendingTimes(points)).filter(time -> time > from);
        return DoubleStream.concat(DoubleStream.of(from), above).toArray();
    }

    /** The number of evaluations of {@link #generate}: 2N − 1 for Heun, N for the others. */
    public int generationNfe() {
        return solver.evaluations() * (points - 1) + 1;
    }

    /**
     * The number of evaluations of an inversion: 2(N − 1) for Heun, N − 1 for the others. It is smaller if {@code from}
     * lies above some of the N points.
     *
     * @param from the noise scale at which the inversion starts; every scale from 0 to σ_min means σ_min
     */
    public int inversionNfe(double from) {
        return solver.evaluations() * (ascendingTimes(from).length - 1);
    }

    /** Solves from {@code start}, a handle that belongs to the solver, and closes it. */
    private OdeSolution solve(Denoiser denoiser, Tensor start, double[] times) {
        ProbabilityFlow flow = new ProbabilityFlow(denoiser);
        Tensor x = start;
        for (int i = 0; i + 1 < times.length; i++) {
            Tensor here = x;
            double from = times[i];
            double to = times[i + 1];
            x = Scope.returning(() -> {
                try (NoGradients noGrad = new NoGradients()) {
                    return solver.step(flow, here, from, to);
                }
            });
            here.close();
        }
        return new OdeSolution(x, flow.evaluations());
    }
}
