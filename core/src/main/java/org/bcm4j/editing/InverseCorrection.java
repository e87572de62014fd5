package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Corrects noises with the model's own inversion g(x) = f(x + ε·n, ε, T)/T, which nearly undoes generation: if z
 * generates y = x + r, then z − (g(y) − g(x)) generates nearly x. Anderson mixing reuses the effects of earlier
 * corrections on the residuals. It first takes the combination of them that leaves the smallest residual. The inversion
 * g then corrects the rest.
 *
 * @param n standard normal, float32 [B,C,H,W]
 */
record InverseCorrection(ReconstructionResidual lack, Tensor n) {
    /** ε, the noise scale at which the inversion starts. */
    private static final double START = 0.08;

    /** Keeps nearly parallel changes apart. Relative to the squared changes of the residuals, which are scaled to 1. */
    private static final double RIDGE = 1e-6;

    /** A change of z and the resulting change of the residual, [B,D] each. */
    private record Change(Tensor z, Tensor residual) {}

    /** The number of evaluations per image for a number of steps. */
    static int nfe(int steps) {
        return 1 + 3 * steps;
    }

    /**
     * Corrects each image's noise separately, with three evaluations per step and one before. No noise gets worse.
     *
     * @param start [B,D]; not changed
     * @return [B,D]
     */
    Tensor correct(Tensor start, int steps) {
        List<Change> changes = new ArrayList<>();
        Tensor z = start;
        Tensor residual = lack.residual(z);
        Tensor scale = torch.ones_like(ReconstructionResidual.dot(residual, residual));
        for (int step = 0; step < steps; step++) {
            Tensor tried = z.add(change(residual, changes).mul(scale));
            Tensor there = lack.residual(tried);
            // A rejected step still shows the effect of its change.
            changes.add(new Change(tried.sub(z), there.sub(residual)));
            Tensor lower = ReconstructionResidual.dot(there, there).lt(ReconstructionResidual.dot(residual, residual));
            z = torch.where(lower, tried, z);
            residual = torch.where(lower, there, residual);
            scale = torch.where(lower, torch.ones_like(scale), scale.mul(scalar(RefinedInversion.SHORTER)));
        }
        return z;
    }

    private Tensor change(Tensor residual, List<Change> changes) {
        return Scope.returning(() -> {
            if (changes.isEmpty()) {
                return inverted(residual, residual).neg();
            }
            Tensor moves = stacked(changes.stream().map(Change::z).toList());
            Tensor effects = stacked(changes.stream().map(Change::residual).toList());
            Tensor length = effects.square()
                    .sum(new long[] {2}, true, new ScalarTypeOptional())
                    .sqrt()
                    .clamp_min(scalar(1e-12));
            Tensor weights = leastSquares(effects.div(length), residual).div(length);
            Tensor left = residual.sub(effects.mul(weights).sum(1));
            return moves.mul(weights).sum(1).add(inverted(residual, left)).neg();
        });
    }

    /** The weights w, [B,m,1], that minimise ‖r − Σ w_i·effect_i‖². */
    private static Tensor leastSquares(Tensor effects, Tensor residual) {
        Tensor precise = effects.to(torch.ScalarType.Double);
        Tensor right = torch.bmm(precise, residual.to(torch.ScalarType.Double).unsqueeze(2));
        // The small systems are solved on the CPU. On a GPU, libtorch needs one more library for that, which is not
        // loaded with the others.
        Tensor normal = Device.CPU.move(torch.bmm(precise, precise.transpose(1, 2)));
        Tensor ridge = torch.eye(normal.size(1)).to(normal.scalar_type()).mul(scalar(RIDGE));
        return torch.linalg_solve(normal.add(ridge), Device.CPU.move(right))
                .to(residual.device(), residual.scalar_type());
    }

    /** g(y) − g(y − part), [B,D], where y is the generated images, which have the given residual. */
    private Tensor inverted(Tensor residual, Tensor part) {
        Tensor generated = lack.images().flatten(1, -1).add(residual);
        Tensor both = cat(0, generated, generated.sub(part));
        Tensor points = both.view(-1, n.size(1), n.size(2), n.size(3)).add(n.repeat(2, 1, 1, 1), scalar(START));
        Optional<Tensor> labels = lack.labels().map(given -> given.repeat(2));
        lack.listener().evaluating(points.size(0));
        Tensor noises = lack.model()
                .traverse(points, START, NoiseScales.SIGMA_MAX, labels)
                .div(scalar(NoiseScales.SIGMA_MAX))
                .flatten(1, -1);
        long count = residual.size(0);
        return noises.narrow(0, 0, count).sub(noises.narrow(0, count, count));
    }

    private static Tensor stacked(List<Tensor> tensors) {
        return stack(1, tensors.toArray(Tensor[]::new));
    }
}
