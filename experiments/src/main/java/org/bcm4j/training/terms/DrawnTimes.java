package org.bcm4j.training.terms;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The times of B examples, each float32 [B].
 *
 * @param tNext t_{n+1}, the upper end of an interval
 * @param t t_n, its lower end
 * @param u the time to go to
 * @param importance how much more often the consistency term's law draws the interval than it was drawn here; absent for 1
 */
public record DrawnTimes(Tensor tNext, Tensor t, Tensor u, Optional<Tensor> importance) {
    /** Times that follow the consistency term's law. */
    DrawnTimes(Tensor tNext, Tensor t, Tensor u) {
        this(tNext, t, u, Optional.empty());
    }
}
