package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

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
 * A further term of the objective's loss, by which one evaluation from pure noise learns from a walk of the averaged weights ϑ:
 *
 * <pre>
 *   L = w · d( f_θ(x_T, T, 0), x_0 )
 * </pre>
 *
 * for pairs of a noise x_T and an image x_0, one of which is where the walk leads from the other. Not part of the paper's training.
 */
interface WalkTerm {
    /** The text form of a {@link Walk} between noise and images. */
    String walk();

    /** w. */
    double weight();

    /** The share of a batch, in (0, 1], for which the term is computed. */
    double share();

    /** Under which its value is logged. */
    String name();

    /**
     * Makes the pairs, without gradient.
     *
     * @param walker walks with ϑ and the examples' labels
     */
    Pairs pairs(Walker walker, Walk walk, Example some);

    /**
     * @param noise x_T, at noise scale T
     * @param images x_0, of the same shape
     */
    record Pairs(Tensor noise, Tensor images) {}

    /** Refuses a walk that does not lead as it should, a weight that is none, and a share that is no part of a batch. */
    static void check(String walk, int from, int to, double weight, double share) {
        Walk parsed = Walk.parse(walk);
        require(
                parsed.start() == from && parsed.end() == to,
                "walk \"" + walk + "\" does not lead from " + from + " to " + to);
        require(weight > 0, "weight must be positive, is " + weight);
        require(share > 0 && share <= 1, "share " + share + " is not in (0, 1]");
    }

    /** Network function evaluations of the walk. */
    default int nfe() {
        return Walk.parse(walk()).nfe();
    }

    /**
     * The loss of one batch, a scalar.
     *
     * @param live θ
     * @param average ϑ, without gradient
     * @param example its first images, noises and labels are those that the loss is computed for
     * @param added draws the noise that the walk adds on its way
     */
    default Tensor apply(
            ConsistencyFunction f, Pass live, Pass average, Example example, NoiseSource added, PseudoHuber distance) {
        Example some = example.first(Example.count(share(), example.images().size(0)));
        Pairs pairs;
        try (NoGradGuard guard = new NoGradGuard()) {
            Walker walker = new Walker((x, t, u) -> some.traverse(f, average, x, t, u), added);
            pairs = pairs(walker, Walk.parse(walk()), some);
        }
        Tensor estimate =
                some.traverse(f, Objective.again(live), pairs.noise(), NoiseScales.SIGMA_MAX, NoiseScales.SIGMA_MIN);
        return distance.apply(estimate, pairs.images()).mean().mul(new Scalar(weight()));
    }
}
