package org.bcm4j.training.terms;

import static org.bcm4j.model.NoiseScales.RHO;
import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Solves the PF ODE dx/dt = (x − D(x,t))/t of the teacher's denoiser, D(x,t) = f(x, t, 0), on time grids of random points: trajectories of an even
 * number go up from images diffused to a small noise scale ε, those of an odd number down from noise. Each grid has K − 1 points from ε to T, evenly
 * spread in t^{1/ρ} but for a random shift of each, and σ_min, to which one Euler step leads from ε.
 *
 * <p>The rule is of second order and takes one evaluation a step (DPM-Solver++(2M), Lu et al., arXiv 2211.01095): with r = t'/t and
 * h = ln r, x' = r·x + (1 − r)·(D + h/(2h_before)·(D − D_before)).
 *
 * @param points K − 1
 */
record TrajectorySolver(TermInputs inputs, int points) {
    /** ε is log-uniform between these: what inversions start from. */
    private static final double SMALLEST_START = 0.02;

    private static final double LARGEST_START = 0.2;

    Trajectories solve(int count) {
        try (NoGradGuard guard = new NoGradGuard()) {
            double[][] ascending = new double[count][];
            Arrays.setAll(ascending, i -> grid(inputs.random().uniforms(points)));
            Tensor images = inputs.images().narrow(0, 0, count);
            Tensor z = inputs.random().normal(images.shape());
            Tensor times = matrix(ascending); // [K-1,M]
            Tensor up = isUp(count);
            // In the order in which they are solved: up from ε, or down from T.
            Tensor visited = torch.where(up.view(1, -1), times, times.flip(0));
            Tensor first = visited.select(0, 0);
            Tensor x = torch.where(up.view(-1, 1, 1, 1), images.add(z.mul(perImage(first))), z.mul(perImage(first)));
            Optional<Tensor> labels = inputs.labels().map(all -> all.narrow(0, 0, count));
            return walk(x, visited, up, labels);
        }
    }

    private Trajectories walk(Tensor start, Tensor visited, Tensor up, Optional<Tensor> labels) {
        Tensor[] xs = new Tensor[points];
        Tensor[] ds = new Tensor[points];
        xs[0] = start;
        for (int i = 0; i < points; i++) {
            Tensor t = visited.select(0, i);
            ds[i] = denoised(xs[i], t, labels);
            if (i + 1 < points) {
                Tensor next = visited.select(0, i + 1);
                Tensor r = perImage(next.div(t));
                Tensor d = i == 0
                        ? ds[0]
                        : ds[i].add(ds[i].sub(ds[i - 1])
                                .mul(perImage(logRatio(next, t).div(logRatio(t, visited.select(0, i - 1)))))
                                .mul(new Scalar(0.5)));
                xs[i + 1] = r.mul(xs[i]).sub(r.sub(new Scalar(1.0)).mul(d));
            }
        }
        Tensor x = torch.stack(new TensorVector(xs));
        Tensor ascending = torch.where(up.view(1, -1, 1, 1, 1), x, x.flip(0));
        Tensor lowest = ascending.select(0, 0);
        Tensor epsilon = torch.where(up, visited.select(0, 0), visited.select(0, points - 1));
        Tensor denoised = torch.where(up.view(-1, 1, 1, 1), ds[0], ds[points - 1]);
        Tensor share = perImage(epsilon.reciprocal().mul(new Scalar(SIGMA_MIN)));
        Tensor zero = denoised.add(lowest.sub(denoised).mul(share));
        Tensor times = torch.where(up.view(1, -1), visited, visited.flip(0));
        Tensor timeZero = torch.full_like(epsilon, new Scalar(SIGMA_MIN));
        return new Trajectories(
                torch.cat(new TensorVector(zero.unsqueeze(0), ascending), 0),
                torch.cat(new TensorVector(timeZero.unsqueeze(0), times), 0),
                labels);
    }

    private Tensor denoised(Tensor x, Tensor t, Optional<Tensor> labels) {
        Tensor timeZero = torch.full_like(t, new Scalar(SIGMA_MIN));
        Tensor atZero = inputs.f().f().apply(inputs.kept(Teacher.NAME), x, t, timeZero, labels);
        // f(x, t, σ_min) is an Euler step to σ_min; D is where it would end at 0.
        return atZero.sub(x.mul(perImage(timeZero.div(t))))
                .div(perImage(timeZero.div(t).neg().add(new Scalar(1.0))));
    }

    private static Tensor logRatio(Tensor to, Tensor from) {
        return to.div(from).log();
    }

    private static Tensor perImage(Tensor scale) {
        return scale.view(-1, 1, 1, 1);
    }

    /** Ascending times from ε to T. */
    private double[] grid(double[] uniform) {
        double start = SMALLEST_START * Math.pow(LARGEST_START / SMALLEST_START, uniform[0]);
        double low = Math.pow(start, 1 / RHO);
        double high = Math.pow(SIGMA_MAX, 1 / RHO);
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            boolean isEnd = i == 0 || i == points - 1;
            double place = (i + (isEnd ? 0 : uniform[i] - 0.5)) / (points - 1);
            grid[i] = Math.pow(low + place * (high - low), RHO);
        }
        return grid;
    }

    private Tensor matrix(double[][] ascending) {
        double[] flat = new double[points * ascending.length];
        Arrays.setAll(flat, i -> ascending[i % ascending.length][i / ascending.length]);
        return inputs.device().floats(flat).view(points, ascending.length);
    }

    private Tensor isUp(int count) {
        long[] even = new long[count];
        Arrays.setAll(even, i -> 1 - i % 2);
        return inputs.device().integers(even).to(torch.ScalarType.Bool);
    }
}
