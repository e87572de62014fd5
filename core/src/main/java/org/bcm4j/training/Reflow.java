package org.bcm4j.training;

import org.bcm4j.config.Default;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;

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
        @Default("0.25") double share) implements WalkTerm {
    /** Refuses a walk that does not lead from images to noise, a weight that is none, and a share that is no part of a batch. */
    public Reflow {
        WalkTerm.check(walk, 0, 80, weight, share);
    }

    @Override
    public String name() {
        return "reflow";
    }

    /** W_ϑ(x) and x. */
    @Override
    public Pairs pairs(Walker walker, Walk walk, Example some) {
        return new Pairs(walker.from(walk, some.images()).x(), some.images());
    }
}
