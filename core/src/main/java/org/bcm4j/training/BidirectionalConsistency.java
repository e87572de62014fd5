package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Bidirectional consistency training (Eq. 10): L = mean(L_CT + L_soft) with
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
 */
public record BidirectionalConsistency(
        @Default("eq9") SoftTarget softTarget,
        @Default("true") boolean consistencyTerm,
        @Default("0.0") double consistencyWeightFloor,
        @Default("0.0") double softWeightFloor)
        implements Objective {

    /** What L_soft compares with. */
    public enum SoftTarget {
        /** sg f_θ(x_n, t_n, 0): the paper's choice. */
        EQ9,
        /** sg f_θ(x_u, u, 0) with x_u = x + u·z: the paper's failing ablation, for x_t and x_u share no trajectory. */
        EQ8
    }

    /** The paper's loss. */
    public static BidirectionalConsistency paper() {
        return new BidirectionalConsistency(SoftTarget.EQ9, true, 0, 0);
    }

    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        Tensor target = Consistency.target(f, constant, example);

        // One run for both of the student's targets: (x_{n+1}, t_{n+1}) to time 0 and to u.
        Tensor x = example.diffused(example.tNext());
        Tensor zero = example.timeZero();
        Tensor both = f.apply(
                Objective.again(live),
                twice(x, x),
                twice(example.tNext(), example.tNext()),
                twice(zero, example.u()),
                example.labels().map(labels -> twice(labels, labels)));
        TensorVector halves = both.chunk(2, 0);
        Tensor atZero = halves.get(0);
        Tensor atU = halves.get(1);

        // The outer application's weights are constants; the gradient flows through its input.
        Tensor throughU = f.apply(Objective.again(constant), atU, example.u(), zero, example.labels());

        Tensor consistency =
                distance.apply(atZero, target).mul(weight(example.tNext(), example.t(), consistencyWeightFloor));
        Tensor soft = distance.apply(throughU, softTarget(f, constant, example, target))
                .mul(weight(example.tNext(), example.u(), softWeightFloor));
        Tensor perImage = consistencyTerm ? consistency.add(soft) : soft;
        return new Loss(perImage.mean(), Map.of("consistency", consistency.mean(), "soft", soft.mean()));
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

    /** λ(t, u) = 1/|t − u|, or the floor where that is more. */
    private static Tensor weight(Tensor t, Tensor u, double floor) {
        return t.sub(u).abs().reciprocal().clamp_min(new Scalar(floor));
    }

    private static Tensor twice(Tensor first, Tensor second) {
        return torch.cat(new TensorVector(first, second), 0);
    }
}
