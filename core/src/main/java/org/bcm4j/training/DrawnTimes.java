package org.bcm4j.training;

import org.bytedeco.pytorch.Tensor;

/**
 * The times of B examples, each float32 [B].
 *
 * @param tNext t_{n+1}, the upper end of an interval
 * @param t t_n, its lower end
 * @param u the time to go to
 */
public record DrawnTimes(Tensor tNext, Tensor t, Tensor u) {}
