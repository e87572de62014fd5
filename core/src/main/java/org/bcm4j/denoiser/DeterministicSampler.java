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
 * Generates images and inverts them by solving a denoiser's probability flow ODE between σ_min and T, without drawing
 * any noise on the way. The points are kept in float64, and the denoiser sees them rounded to float32: its errors are
 * then the only ones. Native memory of each step is freed before the next; the caller's tensors are neither changed nor
 * freed.
 *
 * @param solver rule and grid
 * @param points N, the noise scales from σ_min to T at which the denoiser is evaluated, at least 2
 */
public record DeterministicSampler(OdeSolver solver, int points) {
    public DeterministicSampler {
        Objects.requireNonNull(solver, "solver");
        if (points < 2) {
            throw new IllegalArgumentException("an ODE solver needs at least 2 points, not " + points);
        }
    }

    /**
     * From noise to images: N steps, the last from σ_min to 0 by Euler's rule. Heun takes 2N − 1 evaluations, the
     * others N.
     *
     * @param noise standard normal, [B,C,H,W]: the latent of an inversion divided by T gives back its image
     */
    public OdeSolution generate(Denoiser denoiser, Tensor noise) {
        double[] descending = new double[points + 1]; // ends with 0
        double[] ascending = solver.ascendingTimes(points);
        Arrays.setAll(descending, i -> i < points ? ascending[points - 1 - i] : 0);
        return solve(denoiser, Scope.returning(() -> noise.to(ScalarType.Double).mul(scalar(SIGMA_MAX))), descending);
    }

    /**
     * From images to their latents, the points at T: N − 1 steps backwards, from σ_min. Heun takes 2(N − 1)
     * evaluations, the others N − 1.
     *
     * @param images [B,C,H,W] in [-1,1], taken as the points at σ_min
     */
    public OdeSolution invert(Denoiser denoiser, Tensor images) {
        return solve(denoiser, Scope.returning(() -> images.to(ScalarType.Double)), solver.ascendingTimes(points));
    }

    /**
     * From images plus a little noise to their latents: as {@link #invert(Denoiser, Tensor)}, but from the noise's scale, through those of
     * the grid's points that lie above it.
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

    /** The evaluations of {@link #generate}: N, by Heun's rule 2N − 1. */
    public int generationNfe() {
        return solver.evaluations() * (points - 1) + 1;
    }

    /**
     * The evaluations of an inversion: N − 1, by Heun's rule 2(N − 1), and less from a noise scale that lies above some of the N points.
     *
     * @param from the noise scale where it begins; 0, as all up to it, means σ_min
     */
    public int inversionNfe(double from) {
        return solver.evaluations() * (ascendingTimes(from).length - 1);
    }

    /** Steps from {@code start}, a handle of the solver's own, and closes it. */
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
