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
 * Teaches one evaluation to make, of the noise that the averaged weights ϑ invert a real image to, that image:
 *
 * <pre>
 *   L_reflow = w · d( f_θ(W_ϑ(x), T, 0), x )
 * </pre>
 *
 * for the walk W. The soft term (Sec. 3.2) moves inversions to where generation finds their images; this moves generation to where inversions
 * are, and shows it real images where consistency training shows it its own estimates. Not part of the paper's training. The pairs are
 * those of rectified flow's second round (Liu et al., arXiv 2209.03003), drawn by the model from image to noise.
 *
 * @param walk the text form of a {@link Walk} from 0 to T
 * @param weight w
 * @param share of a batch, in (0, 1], for which it is computed
 */
public record Reflow(
        String walk,
        @Default("1.0") double weight,
        @Default("0.25") double share) {
    /** Refuses a walk that does not lead from images to noise, a weight that is none, and a share that is no part of a batch. */
    public Reflow {
        Walk parsed = Walk.parse(walk);
        if (parsed.start() != 0 || parsed.end() != NoiseScales.SIGMA_MAX) {
            throw new IllegalArgumentException("walk \"" + walk + "\" does not lead from 0 to 80");
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
     * @param example its first images and labels are those that the loss is computed for
     * @param added draws the noise that the walk adds on its way
     */
    Tensor apply(
            ConsistencyFunction f, Pass live, Pass average, Example example, NoiseSource added, PseudoHuber distance) {
        Example some = example.first(Example.count(share, example.images().size(0)));
        Tensor inverted = inverted(f, average, some, added);
        Tensor estimate =
                some.traverse(f, Objective.again(live), inverted, NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN);
        return distance.apply(estimate, some.images()).mean().mul(new Scalar(weight));
    }

    /** W_ϑ(x). */
    private Tensor inverted(ConsistencyFunction f, Pass average, Example some, NoiseSource added) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return new Walker((x, t, u) -> some.traverse(f, average, x, t, u), added)
                    .from(Walk.parse(walk), some.images())
                    .x();
        }
    }
}
