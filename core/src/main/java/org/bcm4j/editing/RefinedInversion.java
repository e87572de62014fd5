package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.EvaluationListener;
import org.bcm4j.walk.NoiseScale;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Refines the noises that an inversion found so that they generate the given images in one evaluation (a follow-up that
 * the paper suggests). Minimises ‖f(T·z, T, 0) − x‖² over z. Values beyond black and white are no error, because
 * pictures are clipped.
 *
 * <p>The first {@value #CORRECTIONS} steps use the model's own inversion ({@link InverseCorrection}) to find the noise
 * that removes the residual. They quickly remove a third of it or more, then stall. The other steps are those of L-BFGS
 * (Nocedal and Wright, Algorithm 7.4). On this ill-conditioned least-squares problem it needs a fraction of the steps
 * of gradient descent.
 *
 * <p>Cost: a correction takes three evaluations. A step of L-BFGS takes one evaluation and its backward pass, about
 * three evaluations in all. In addition to the steps there are one evaluation and one evaluation with its backward
 * pass. 30 steps cost about 94 evaluations.
 *
 * @param steps the number of steps, at least 1
 */
public record RefinedInversion(int steps) {
    static final int CORRECTIONS = 4;

    /** Number of past steps from which the curvature is estimated. */
    private static final int HISTORY = 20;

    /** Length of the first step in units of the gradient, before the curvature is known. */
    private static final double FIRST_STEP = 0.1;

    /** Factor by which a step is shortened after it increased the loss. */
    static final double SHORTER = 0.5;

    public RefinedInversion {
        if (steps < 1) {
            throw new IllegalArgumentException("refining takes at least 1 step, not " + steps);
        }
    }

    /** A step s = z' − z and the change y of the gradient along it, [B,D] each, with sᵀy of each image, [B,1]. */
    private record Pair(Tensor s, Tensor y, Tensor product) {
        /** Room for a pair, in the open scope. */
        static Pair like(Tensor z, Tensor perImage) {
            return new Pair(torch.empty_like(z), torch.empty_like(z), torch.empty_like(perImage));
        }

        void set(Tensor step, Tensor change) {
            s.copy_(step);
            y.copy_(change);
            product.copy_(ReconstructionResidual.dot(step, change));
        }

        /** a/sᵀy, or 0 for images whose pair has no positive curvature. */
        Tensor over(Tensor a) {
            return torch.where(product.gt(scalar(1e-12)), a.div(product), torch.zeros_like(a));
        }
    }

    /** The number of network function evaluations per image, backward passes aside. */
    public int nfe() {
        return InverseCorrection.nfe(corrections()) + (descents() == 0 ? 0 : 1 + descents());
    }

    private int corrections() {
        return Math.min(steps, CORRECTIONS);
    }

    private int descents() {
        return steps - corrections();
    }

    /**
     * Checks that an inversion leads to the noise scale T, where the noises are refined.
     *
     * @throws UserException if it does not
     */
    public static void requirePath(SamplingPath inversion) {
        if (inversion.end() != NoiseScales.SIGMA_MAX) {
            throw new UserException("walk \"" + inversion + "\": noises at "
                    + NoiseScale.text(NoiseScales.SIGMA_MAX) + " are refined, so it must lead there, as"
                    + " \"0 +0.07 > 6 > 80\" does");
        }
    }

    /**
     * Refines each image's noise separately, in one batch. No image's reconstruction gets worse, up to the rounding
     * of the model's precision.
     *
     * @param images float32 [B,C,H,W] in [-1,1]
     * @param noises of unit variance, found at noise scale T ({@link #requirePath}), of the same shape; not changed
     * @param labels int64 [B]; absent for the null class, or no classes
     * @param noise draws once, the initial noise of the inversions
     * @param listener is called before each evaluation
     * @return float32 [B,C,H,W], the refined noises
     * @throws UserException if the model is a plain consistency model, which cannot invert
     */
    public Tensor refine(
            TrainedModel model,
            Tensor images,
            Tensor noises,
            Optional<Tensor> labels,
            NoiseSource noise,
            EvaluationListener listener) {
        if (model.config().kind() == ModelKind.CONSISTENCY) {
            throw new UserException(
                    "this model is a plain consistency model, which cannot invert images; use a bidirectional model"
                            + " to refine inversions");
        }
        model.requireInputs(images, labels);
        model.requireInputs(noises, labels);
        if (noises.size(0) != images.size(0)) {
            throw new IllegalArgumentException(
                    "each image needs one noise, not " + noises.size(0) + " noises for " + images.size(0) + " images");
        }
        return Scope.returning(() -> {
            ReconstructionResidual lack = new ReconstructionResidual(model, images, labels, listener);
            Tensor corrected = new InverseCorrection(lack, noise.normal(images.shape()))
                    .correct(noises.flatten(1, -1), corrections());
            return descend(lack, corrected, descents()).reshape(noises.shape());
        });
    }

    private static Tensor descend(ReconstructionResidual lack, Tensor start, int steps) {
        if (steps == 0) {
            return start;
        }
        // What outlives a step is written in place, so that the step's scope frees all else.
        Deque<Pair> pairs = new ArrayDeque<>();
        Tensor z = start.clone();
        Tensor here = lack.lossAndGradient(z);
        Tensor scale = torch.ones_like(loss(here));
        Pair next = Pair.like(z, scale);
        for (int step = 0; step < steps; step++) {
            try (Scope scope = Scope.open()) {
                Tensor gradient = gradient(here);
                Tensor direction = Scope.returning(() -> direction(gradient, pairs));
                Tensor tried = z.sub(direction.mul(scale));
                Tensor there = lack.lossAndGradient(tried);
                // A rejected step still carries curvature.
                next.set(tried.sub(z), gradient(there).sub(gradient));
                Tensor lower = loss(there).lt(loss(here));
                z.copy_(torch.where(lower, tried, z));
                here.copy_(torch.where(lower, there, here));
                scale.copy_(torch.where(lower, torch.ones_like(scale), scale.mul(scalar(SHORTER))));
            }
            pairs.addLast(next);
            next = pairs.size() > HISTORY ? pairs.removeFirst() : Pair.like(z, scale);
        }
        return z;
    }

    /** H·g, where H is the inverse Hessian estimated from the pairs (the two-loop recursion). */
    private static Tensor direction(Tensor gradient, Deque<Pair> pairs) {
        List<Pair> oldestFirst = List.copyOf(pairs);
        List<Tensor> alphas = new ArrayList<>(); // newest first
        Tensor q = gradient;
        for (int i = oldestFirst.size() - 1; i >= 0; i--) {
            Pair pair = oldestFirst.get(i);
            Tensor alpha = pair.over(ReconstructionResidual.dot(pair.s(), q));
            q = q.sub(alpha.mul(pair.y()));
            alphas.add(alpha);
        }
        Tensor r = q.mul(curvature(oldestFirst, ReconstructionResidual.dot(gradient, gradient)));
        for (int i = 0; i < oldestFirst.size(); i++) {
            Pair pair = oldestFirst.get(i);
            Tensor beta = pair.over(ReconstructionResidual.dot(pair.y(), r));
            r = r.add(pair.s().mul(alphas.get(oldestFirst.size() - 1 - i).sub(beta)));
        }
        return r;
    }

    /** sᵀy/yᵀy of the newest pair with positive curvature, or else the length of the first step: [B,1]. */
    private static Tensor curvature(List<Pair> oldestFirst, Tensor like) {
        Tensor scale = torch.full_like(like, scalar(FIRST_STEP));
        for (Pair pair : oldestFirst) {
            Tensor product = pair.product();
            scale = torch.where(
                    product.gt(scalar(1e-12)), product.div(ReconstructionResidual.dot(pair.y(), pair.y())), scale);
        }
        return scale;
    }

    private static Tensor loss(Tensor lossAndGradient) {
        return lossAndGradient.narrow(1, 0, 1);
    }

    private static Tensor gradient(Tensor lossAndGradient) {
        return lossAndGradient.narrow(1, 1, lossAndGradient.size(1) - 1);
    }
}
