package org.bcm4j.training.terms;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The times drawn for B examples, each float32 [B].
 *
 * @param tNext t_{n+1}, the upper end of an interval
 * @param t t_n, the lower end of the interval
 * @param u the target time
 * @param importance the probability of the interval under the consistency term's law, divided by the probability with
 *     which it was drawn; absent if that is 1
 */
public record DrawnTimes(Tensor tNext, Tensor t, Tensor u, Optional<Tensor> importance) {
    /** Times drawn from the consistency term's law. */
    DrawnTimes(Tensor tNext, Tensor t, Tensor u) {
        this(tNext, t, u, Optional.empty());
    }
}
