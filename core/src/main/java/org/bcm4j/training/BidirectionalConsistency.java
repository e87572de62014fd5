package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Bidirectional consistency training (Eq. 10): L = mean(L_CT) + mean(L_soft) with
 *
 * <pre>
 *   target = sg f_θ(x_n, t_n, 0)
 *   L_CT   = 1/|t_{n+1} − t_n| · d( f_θ(x_{n+1}, t_{n+1}, 0), target )                       Eq. 6
 *   L_soft = 1/|t_{n+1} − u|   · d( f_{sg θ}( f_θ(x_{n+1}, t_{n+1}, u), u, 0 ), target )      Eq. 9
 * </pre>
 *
 * @param softTarget what the soft term compares with
 * @param consistencyTerm whether L_CT is part of the loss; the paper's ablation without it fails to converge
 * @param consistencyWeightFloor L_CT's weight is at least this: 0 is the paper's 1/|t_{n+1} − t_n|, by which an interval that ends at T
 *     counts for a hundredth of one at the image
 * @param softWeightFloor L_soft's weight is at least this: 0 is the paper's 1/|t_{n+1} − u|, by which a long inversion counts for 1/80
 *     of an image's error
 * @param softShare the share of a batch, in (0, 1], for which L_soft is computed: 1 is the paper's; less estimates the same loss from fewer
 *     images, and a step at 1/4 costs little more than half
 */
public record BidirectionalConsistency(
        @Default("eq9") SoftTarget softTarget,
        @Default("true") boolean consistencyTerm,
        @Default("0.0") double consistencyWeightFloor,
        @Default("0.0") double softWeightFloor,
        @Default("1.0") double softShare)
        implements Objective {

    /** Refuses a share that is no part of a batch. */
    public BidirectionalConsistency {
        if (!(softShare > 0 && softShare <= 1)) {
            throw new IllegalArgumentException("soft_share " + softShare + " is not in (0, 1]");
        }
    }

    /** What L_soft compares with. */
    public enum SoftTarget {
        /** sg f_θ(x_n, t_n, 0): the paper's choice. */
        EQ9,
        /** sg f_θ(x_u, u, 0) with x_u = x + u·z: the paper's failing ablation, for x_t and x_u share no trajectory. */
        EQ8
    }

    /** The paper's loss. */
    public static BidirectionalConsistency paper() {
        return new BidirectionalConsistency(SoftTarget.EQ9, true, 0, 0, 1);
    }

    /** How many images of a batch, the first, have a soft term. */
    private int softImages(int batch) {
        return Example.count(softShare, batch);
    }

    /** The soft term's images may follow a law of times of their own. */
    @Override
    public DrawnTimes times(IntervalTimes intervals, SeededGenerator generator, int count) {
        return intervals.draw(generator, count, softImages(count));
    }

    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        Tensor target = Consistency.target(f, constant, example);
        int batch = (int) example.images().size(0);
        Example inverted = example.first(softImages(batch));
        Tensor invertedTarget = target.narrow(0, 0, inverted.images().size(0));

        // One run for both of the student's targets: (x_{n+1}, t_{n+1}) to time 0 and to u.
        Tensor x = example.diffused(example.tNext());
        Tensor both = f.apply(
                Objective.again(live),
                Example.joined(x, inverted.diffused(inverted.tNext())),
                Example.joined(example.tNext(), inverted.tNext()),
                Example.joined(example.timeZero(), inverted.u()),
                example.labels()
                        .map(labels -> Example.joined(labels, inverted.labels().orElseThrow())));
        Tensor atZero = both.narrow(0, 0, batch);
        Tensor atU = both.narrow(0, batch, both.size(0) - batch);

        // The outer application's weights are constants; the gradient flows through its input.
        Tensor throughU = f.apply(Objective.again(constant), atU, inverted.u(), inverted.timeZero(), inverted.labels());

        Tensor weight = Consistency.weight(example.tNext(), example.t(), consistencyWeightFloor);
        Tensor consistency = distance.apply(atZero, target)
                .mul(example.importance().map(weight::mul).orElse(weight))
                .mean();
        Tensor soft = distance.apply(throughU, softTarget(f, constant, inverted, invertedTarget))
                .mul(Consistency.weight(inverted.tNext(), inverted.u(), softWeightFloor))
                .mean();
        Tensor total = consistencyTerm ? consistency.add(soft) : soft;
        return new Loss(total, Map.of("consistency", consistency, "soft", soft), Optional.of(atZero));
    }

    private Tensor softTarget(ConsistencyFunction f, Pass constant, Example example, Tensor consistencyTarget) {
        if (softTarget == SoftTarget.EQ9) {
            return consistencyTarget;
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor diffused = example.diffused(example.u());
            Optional<Tensor> labels = example.labels();
            return f.apply(Objective.again(constant), diffused, example.u(), example.timeZero(), labels);
        }
    }
}
