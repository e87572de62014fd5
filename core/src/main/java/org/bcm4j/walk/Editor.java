package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/**
 * Changes the points of a walk after each move. For example, it restores known pixels, replaces a missing region, or
 * projects onto what is known.
 */
@FunctionalInterface
public interface Editor {
    /** Leaves every point as it is. */
    Editor NONE = (move, x, time) -> x;

    /**
     * Called after each move, in order, including the last one.
     *
     * @param move the move just made
     * @param x the points it led to, [B,C,H,W]; must not be changed in place
     * @param time the noise scale of {@code x}, in [0.002, 80]
     * @return the points for the next move, [B,C,H,W]: {@code x} itself or other points at the same noise scale
     */
    Tensor afterMove(Move move, Tensor x, double time);
}
