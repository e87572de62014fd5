package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/** A map between the points of a trajectory, such as the consistency model. A {@link Walker} evaluates it. */
@FunctionalInterface
public interface Traversal {
    /**
     * Maps points to the points of the same trajectories at another time.
     *
     * @param x points at time {@code from}, [B,C,H,W]; not to be changed
     * @param from the noise scale of {@code x}, in [0.002, 80]
     * @param to the noise scale to go to, in [0.002, 80]
     * @return the points at time {@code to}, [B,C,H,W], not clipped
     */
    Tensor traverse(Tensor x, double from, double to);
}
