package org.bcm4j.training;

import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.nn.Pass;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Teaches one evaluation from pure noise what the averaged weights ϑ make of the same noise in several:
 *
 * <pre>
 *   L_self = w · d( f_θ(T·z, T, 0), W_ϑ(T·z) )
 * </pre>
 *
 * for the walk W. Consistency training reaches T through all intervals of the grid, each with its own error, and draws the last ones rarely;
 * a walk over a middle time is already the better sampler. Not part of the paper's training. Akin to progressive distillation (Salimans
 * and Ho, arXiv 2202.00512) and to the bootstrap of shortcut models (Frans et al., arXiv 2410.12557).
 *
 * @param walk the text form of a {@link Walk} from T to 0
 * @param weight w
 * @param share of a batch, in (0, 1], for whose noises and labels it is computed
 */
public record SelfDistillation(
        String walk,
        @Default("1.0") double weight,
        @Default("0.125") double share) {
    /** Refuses a walk that does not lead from noise to images, a weight that is none, and a share that is no part of a batch. */
    public SelfDistillation {
        Walk parsed = Walk.parse(walk);
        if (parsed.start() != NoiseScales.SIGMA_MAX || parsed.end() != 0) {
            throw new IllegalArgumentException("walk \"" + walk + "\" does not lead from 80 to 0");
        }
        if (!(weight > 0)) {
            throw new IllegalArgumentException("weight must be positive, is " + weight);
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share " + share + " is not in (0, 1]");
        }
    }

    /** Network function evaluations of the walk. */
    int nfe() {
        return Walk.parse(walk).nfe();
    }

    /**
     * The loss of one batch, a scalar.
     *
     * @param live θ
     * @param average ϑ, without gradient
     * @param example its first noises and labels are those that the loss is computed for
     * @param added draws the noise that the walk adds on its way
     */
    Tensor apply(
            ConsistencyFunction f, Pass live, Pass average, Example example, NoiseSource added, PseudoHuber distance) {
        Example some = example.first(Example.count(share, example.images().size(0)));
        Tensor z = some.noise();
        Tensor target = slowly(f, average, some, added, z);
        Tensor estimate = some.traverse(
                f,
                Objective.again(live),
                z.mul(new Scalar(NoiseScales.SIGMA_MAX)),
                NoiseScales.SIGMA_MAX,
                NoiseScales.SIGMA_MIN);
        return distance.apply(estimate, target).mean().mul(new Scalar(weight));
    }

    /** W_ϑ(T·z). */
    private Tensor slowly(ConsistencyFunction f, Pass average, Example some, NoiseSource added, Tensor z) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return new Walker((x, t, u) -> some.traverse(f, average, x, t, u), added)
                    .generate(Walk.parse(walk), z)
                    .x();
        }
    }
}
