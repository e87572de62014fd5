package org.bcm4j.training.terms;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Pairs of points. Both points of a pair lie on the same trajectory.
 *
 * @param from x_t, float32 [P,C,H,W]
 * @param t noise scales of {@code from}, float32 [P]
 * @param to x_u, float32 [P,C,H,W]
 * @param u noise scales of {@code to}, float32 [P], never equal to t
 * @param labels labels of the trajectories, int64 [P], if the network has classes
 */
public record TrajectoryPairs(Tensor from, Tensor t, Tensor to, Tensor u, Optional<Tensor> labels) {}
