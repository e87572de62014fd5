package org.bcm4j.denoiser;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.stream.IntStream;
import org.bcm4j.model.TimeGrid;
import org.bytedeco.pytorch.Tensor;

/** How the probability flow ODE is solved: the rule for one step, and the grid of noise scales. */
public enum OdeSolver {
    /**
     * EDM's own solver: Heun's rule, of second order, on the grid of {@link TimeGrid}. Two evaluations per step, except
     * for the last step of generation, to 0, which takes one because there is no second slope.
     */
    HEUN {
        @Override
        int evaluations() {
            return 2;
        }

        @Override
        Tensor step(ProbabilityFlow flow, Tensor x, double from, double to) {
            Tensor slope = flow.slope(x, from);
            Tensor predicted = x.add(slope, scalar(to - from));
            if (to == 0) {
                return predicted;
            }
            Tensor mean = slope.add(flow.slope(predicted, to)).div(scalar(2.0));
            return x.add(mean, scalar(to - from));
        }
    },
    /** Euler's rule, of first order, on the grid of {@link TimeGrid}. One evaluation per step. */
    EULER,
    /**
     * Deterministic DDIM. In terms of x̄ = x/s, where the variance-preserving process is x = s·(image + σ·z), DDIM's
     * update is Euler's rule. Only its grid differs: {@link VariancePreservingGrid}.
     */
    DDIM {
        @Override
        double[] ascendingTimes(int points) {
            return VariancePreservingGrid.ascendingTimes(points);
        }
    };

    /** Noise scales from σ_min to T, both included, in ascending order. */
    double[] ascendingTimes(int points) {
        TimeGrid grid = new TimeGrid(points);
        return IntStream.range(0, points).mapToDouble(grid::time).toArray();
    }

    /** The number of evaluations of a step between two positive noise scales; a step to 0 takes one. */
    int evaluations() {
        return 1;
    }

    /** Takes one step from the points x at {@code from} > 0, float64 [B,C,H,W], to those at {@code to} ≥ 0. */
    Tensor step(ProbabilityFlow flow, Tensor x, double from, double to) {
        return x.add(flow.slope(x, from), scalar(to - from));
    }
}
