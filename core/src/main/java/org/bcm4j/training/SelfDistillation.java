package org.bcm4j.training;

import org.bcm4j.config.Default;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
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
        @Default("0.125") double share) implements WalkTerm {
    /** Refuses a walk that does not lead from noise to images, a weight that is none, and a share that is no part of a batch. */
    public SelfDistillation {
        WalkTerm.check(walk, 80, 0, weight, share);
    }

    @Override
    public String name() {
        return "distillation";
    }

    /** T·z and W_ϑ(T·z). */
    @Override
    public Pairs pairs(Walker walker, Walk walk, Example some) {
        Tensor z = some.noise();
        return new Pairs(
                z.mul(new Scalar(NoiseScales.SIGMA_MAX)),
                walker.generate(walk, z).x());
    }
}
