package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/**
 * Changes the points of a walk between its moves: puts known pixels back, replaces a missing region, projects onto what
 * is known.
 */
@FunctionalInterface
public interface Editor {
    /** Leaves every point as it is. */
    Editor NONE = (move, x, time) -> x;

    /**
     * Called after each move, the last one included, in their order.
     *
     * @param move the move just made
     * @param x the points it led to, [B,C,H,W]; not to be changed in place
     * @param time the noise scale of {@code x}, in [0.002, 80]
     * @return the points to go on with, [B,C,H,W]: {@code x} itself or others of the same noise scale
     */
    Tensor afterMove(Move move, Tensor x, double time);
}
