package org.bcm4j.training;

import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Consistency training alone (iCT): L_CT = 1/|t_{n+1} − t_n| · d( f_θ(x_{n+1}, t_{n+1}, 0), sg f_θ(x_n, t_n, 0) ) (Eq. 3).
 *
 * @param weightFloor the weight is at least this: 0 is the paper's 1/|t_{n+1} − t_n|
 */
public record Consistency(@Default("0.0") double weightFloor) implements Objective {
    /** The paper's loss. */
    public static Consistency paper() {
        return new Consistency(0);
    }

    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        Tensor zero = example.timeZero();
        Tensor target = target(f, constant, example);
        Tensor estimate = f.apply(
                Objective.again(live), example.diffused(example.tNext()), example.tNext(), zero, example.labels());
        Tensor loss = distance.apply(estimate, target)
                .mul(weight(example.tNext(), example.t(), weightFloor))
                .mean();
        return new Loss(loss, Map.of("consistency", loss), Optional.of(estimate));
    }

    /** λ(t, u) = 1/|t − u|, or the floor where that is more. */
    static Tensor weight(Tensor t, Tensor u, double floor) {
        return t.sub(u).abs().reciprocal().clamp_min(new Scalar(floor));
    }

    /** sg f_θ(x_n, t_n, 0): the lower end of the interval, mapped to time 0. */
    static Tensor target(ConsistencyFunction f, Pass constant, Example example) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return f.apply(
                    Objective.again(constant), example.lower(), example.t(), example.timeZero(), example.labels());
        }
    }
}
