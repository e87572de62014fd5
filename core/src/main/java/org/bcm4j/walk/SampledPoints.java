package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/**
 * Where a walk has led.
 *
 * @param x the points, [B,C,H,W], not clipped; they belong to the scope that was open when the walk began, or without
 *     one to the caller
 * @param time their noise scale, in [0.002, 80]
 * @param nfe how often the network was evaluated
 */
public record SampledPoints(Tensor x, double time, int nfe) {}
