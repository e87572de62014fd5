package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/**
 * The points at the end of a path.
 *
 * @param x the points, [B,C,H,W], not clipped; they belong to the scope that was open when the walk began, or to the
 *     caller if none was open
 * @param time their noise scale, in [0.002, 80]
 * @param nfe the number of network evaluations
 */
public record SampledPoints(Tensor x, double time, int nfe) {}
