package org.bcm4j.training;

import java.util.Map;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Pass;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Consistency training alone (iCT): L_CT = 1/|t_{n+1} − t_n| · d( f_θ(x_{n+1}, t_{n+1}, 0), sg f_θ(x_n, t_n, 0) ) (Eq. 3). */
public record Consistency() implements Objective {
    @Override
    public Loss apply(ConsistencyFunction f, Pass live, Pass constant, Example example, PseudoHuber distance) {
        Tensor zero = example.timeZero();
        Tensor target = target(f, constant, example);
        Tensor estimate = f.apply(
                Objective.again(live), example.diffused(example.tNext()), example.tNext(), zero, example.labels());
        Tensor loss = distance.apply(estimate, target)
                .div(example.tNext().sub(example.t()).abs())
                .mean();
        return new Loss(loss, Map.of("consistency", loss));
    }

    /** sg f_θ(x_n, t_n, 0): the lower end of the interval, mapped to time 0. */
    static Tensor target(ConsistencyFunction f, Pass constant, Example example) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return f.apply(
                    Objective.again(constant), example.lower(), example.t(), example.timeZero(), example.labels());
        }
    }
}
