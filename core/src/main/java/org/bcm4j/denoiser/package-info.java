/**
 * The diffusion model that bidirectional consistency models are compared with: a {@link org.bcm4j.denoiser.Denoiser}
 * D(x; σ), and deterministic solvers of its probability flow ODE. The solvers generate from noise and, run backwards,
 * invert images. They count every evaluation of the denoiser.
 */
package org.bcm4j.denoiser;
