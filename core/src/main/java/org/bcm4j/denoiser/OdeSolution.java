package org.bcm4j.denoiser;

import org.bytedeco.pytorch.Tensor;

/**
 * Where an ODE has led.
 *
 * @param x the points, float64 [B,C,H,W], not clipped; they belong to the scope that was open when the solver began, or
 *     without one to the caller
 * @param nfe how often the denoiser was evaluated
 */
public record OdeSolution(Tensor x, int nfe) {}
