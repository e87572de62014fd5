/**
 * The diffusion model that bidirectional consistency models are compared with: a {@link org.bcm4j.denoiser.Denoiser} D(x; σ), and deterministic
 * solvers of its probability flow ODE, which generate from noise and, run backwards, invert images. Every evaluation of the denoiser is counted.
 */
package org.bcm4j.denoiser;
