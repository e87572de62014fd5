package org.bcm4j.denoiser;

import org.bytedeco.pytorch.Tensor;

/**
 * The points at the end of an ODE.
 *
 * @param x the points, float64 [B,C,H,W], not clipped; they belong to the scope that was open when the solver began, or
 *     to the caller if none was open
 * @param nfe the number of evaluations of the denoiser
 */
public record OdeSolution(Tensor x, int nfe) {}
