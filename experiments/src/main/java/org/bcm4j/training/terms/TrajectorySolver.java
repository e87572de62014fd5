package org.bcm4j.training.terms;

import static org.bcm4j.model.NoiseScales.RHO;
import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Solves the PF ODE dx/dt = (x − D(x,t))/t of the teacher's denoiser, D(x,t) = f(x, t, 0), on randomised time grids.
 * Trajectories of examples with even numbers go up from images diffused to a small noise scale ε. Those with odd
 * numbers go down from noise. Each grid has K − 1 points from ε to T, evenly spaced in t^{1/ρ} with a random shift of
 * each point. Four further steps lead from ε to σ_min.
 *
 * <p>The rule is of second order and takes one evaluation a step (DPM-Solver++(2M), Lu et al., arXiv 2211.01095): with
 * r = t'/t and h = ln r, x' = D' + r·(x − D') where D' = D + h/(2h_before)·(D − D_before).
 *
 * @param f with the teacher's weights it is the denoiser
 * @param points K − 1
 */
record TrajectorySolver(ConsistencyFunction f, Weights teacher, int points, Device device) {
    /** ε is log-uniform between these bounds, the range in which inversions start. */
    private static final double SMALLEST_START = 0.04;

    private static final double LARGEST_START = 0.1;

    /** The times between ε and σ_min, in units of ε. */
    private static final double[] BELOW_START = {1 / 2.0, 1 / 4.0, 1 / 8.0};

    /** The largest shift of a grid point, in units of the distance between points. It keeps neighbours apart. */
    private static final double MOST_SHIFT = 0.35;

    /** Solves the trajectories of the first {@code count} examples. */
    Trajectories solve(Examples examples, int count) {
        try (NoGradients guard = new NoGradients()) {
            double[] uniform = examples.random().uniforms(count, points);
            double[][] ascending = new double[count][];
            Arrays.setAll(ascending, i -> grid(points, Arrays.copyOfRange(uniform, i * points, (i + 1) * points)));
            Tensor images = examples.images().narrow(0, 0, count);
            Tensor z = examples.random().normal(images.shape());
            Tensor times = matrix(ascending); // [K-1,M]
            Tensor up = isUp(examples, count);
            // In the order of solving: up from ε, or down from T.
            Tensor visited = torch.where(up.view(1, -1), times, times.flip(0));
            Tensor first = visited.select(0, 0);
            Tensor x = torch.where(up.view(-1, 1, 1, 1), images.add(z.mul(perImage(first))), z.mul(perImage(first)));
            Optional<Tensor> labels = examples.labels().map(all -> all.narrow(0, 0, count));
            Tensor points = ascending(stack(0, walk(x, visited, labels)), up);
            Tensor zero = timeZero(points.select(0, 0), times.select(0, 0), labels);
            Tensor timeZero = torch.full_like(first, scalar(SIGMA_MIN));
            return new Trajectories(cat(0, zero.unsqueeze(0), points), cat(0, timeZero.unsqueeze(0), times), labels);
        }
    }

    /** The number of evaluations for a trajectory of K − 1 points. */
    static int evaluations(int points) {
        return points - 1 + BELOW_START.length + 1;
    }

    /** Walks from ε down to σ_min, in steps that shorten with the noise. */
    private Tensor timeZero(Tensor lowest, Tensor epsilon, Optional<Tensor> labels) {
        Tensor[] times = new Tensor[BELOW_START.length + 2];
        times[0] = epsilon;
        for (int i = 0; i < BELOW_START.length; i++) {
            times[i + 1] = epsilon.mul(scalar(BELOW_START[i]));
        }
        times[times.length - 1] = torch.full_like(epsilon, scalar(SIGMA_MIN));
        Tensor[] xs = walk(lowest, stack(0, times), labels);
        return xs[xs.length - 1];
    }

    /** The points at the visited times, [K,M], of trajectories that start at the first visited time. */
    private Tensor[] walk(Tensor start, Tensor visited, Optional<Tensor> labels) {
        int count = Math.toIntExact(visited.size(0));
        Tensor[] xs = new Tensor[count];
        Tensor[] denoised = new Tensor[count - 1];
        xs[0] = start;
        for (int i = 0; i + 1 < count; i++) {
            denoised[i] = denoised(xs[i], visited.select(0, i), labels);
            xs[i + 1] = step(visited, xs[i], denoised, i);
        }
        return xs;
    }

    /** One step of the rule: x' at visited time i + 1, from x at visited time i and the denoised images up to i. */
    private static Tensor step(Tensor visited, Tensor x, Tensor[] denoised, int i) {
        Tensor t = visited.select(0, i);
        Tensor next = visited.select(0, i + 1);
        Tensor d = denoised[i];
        if (i > 0) {
            Tensor h = logRatio(next, t);
            Tensor before = logRatio(t, visited.select(0, i - 1));
            d = d.add(d.sub(denoised[i - 1]).mul(perImage(h.div(before).mul(scalar(0.5)))));
        }
        Tensor r = perImage(next.div(t));
        return d.add(r.mul(x.sub(d)));
    }

    /** Puts the visited values, [K-1,M,...], in order of ascending times. */
    private static Tensor ascending(Tensor visited, Tensor up) {
        long[] shape = new long[Math.toIntExact(visited.dim())];
        Arrays.fill(shape, 1);
        shape[1] = up.size(0);
        return torch.where(up.view(shape), visited, visited.flip(0));
    }

    private Tensor denoised(Tensor x, Tensor t, Optional<Tensor> labels) {
        Tensor timeZero = torch.full_like(t, scalar(SIGMA_MIN));
        Tensor atZero = f.apply(Pass.evaluating(teacher), x, t, timeZero, labels);
        // f(x, t, σ_min) is an Euler step to σ_min. D is the end of the same line at time 0.
        return atZero.sub(x.mul(perImage(timeZero.div(t))))
                .div(perImage(timeZero.div(t).neg().add(scalar(1.0))));
    }

    private static Tensor logRatio(Tensor to, Tensor from) {
        return to.div(from).log();
    }

    private static Tensor perImage(Tensor scale) {
        return scale.view(-1, 1, 1, 1);
    }

    /** The times of a trajectory of {@code points} points from ε to T whose random numbers are all the same, in [0,1). */
    static double[] gridAt(int points, double quantile) {
        double[] uniform = new double[points];
        Arrays.fill(uniform, quantile);
        return grid(points, uniform);
    }

    /** Ascending times from ε to T. */
    private static double[] grid(int points, double[] uniform) {
        double start = SMALLEST_START * Math.pow(LARGEST_START / SMALLEST_START, uniform[0]);
        double low = Math.pow(start, 1 / RHO);
        double high = Math.pow(SIGMA_MAX, 1 / RHO);
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            boolean isEnd = i == 0 || i == points - 1;
            double shift = isEnd ? 0 : MOST_SHIFT * (2 * uniform[i] - 1);
            double place = (i + shift) / (points - 1);
            grid[i] = Math.pow(low + place * (high - low), RHO);
        }
        return grid;
    }

    private Tensor matrix(double[][] ascending) {
        double[] flat = new double[points * ascending.length];
        Arrays.setAll(flat, i -> ascending[i % ascending.length][i / ascending.length]);
        return device.floats(flat).view(points, ascending.length);
    }

    private static Tensor isUp(Examples examples, int count) {
        return examples.numbers().narrow(0, 0, count).bitwise_and(scalar(1)).eq(scalar(0));
    }
}
