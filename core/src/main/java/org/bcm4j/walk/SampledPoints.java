package org.bcm4j.walk;

import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/**
 * The points at the end of a path.
 *
 * @param x the points, [B,C,H,W], not clipped; they belong to the scope that was open when the walk began, or to the
 *     caller if none was open
 * @param time their noise scale, in [0.002, 80]
 * @param nfe the number of network evaluations
 */
public record SampledPoints(Tensor x, double time, int nfe) {
    /**
     * These points.
     *
     * @throws UserException if they are not finite, so that no picture shows nothing in silence
     */
    public SampledPoints requireFinite() {
        if (!x.isfinite().all().item_bool()) {
            throw new UserException(
                    "the model's results are not finite; its weights may be damaged, or too large for the"
                            + " precision: compute in fp32, or use another model");
        }
        return this;
    }
}
