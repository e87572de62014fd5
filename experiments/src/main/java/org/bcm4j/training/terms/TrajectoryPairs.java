package org.bcm4j.training.terms;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Pairs of points, each of one trajectory.
 *
 * @param from x_t, float32 [P,C,H,W]
 * @param t its noise scales, float32 [P]
 * @param to x_u, float32 [P,C,H,W]
 * @param u its noise scales, float32 [P], never t
 * @param labels of the trajectories, int64 [P], if the network has classes
 */
public record TrajectoryPairs(Tensor from, Tensor t, Tensor to, Tensor u, Optional<Tensor> labels) {}
