package org.bcm4j.walk;

/**
 * A way for points from one noise scale to another, and what it costs: a {@link Walk}, which a consistency model goes, or an {@link Ode},
 * which is solved with a denoiser. A {@link PathSampler} takes points along either.
 */
public sealed interface SamplingPath permits Walk, Ode {
    /** The noise scale at which the way starts: 0, where images lie, or in (0.002, 80]. */
    double start();

    /** The noise scale at which the way ends: 0, where images lie, or in (0.002, 80]. */
    double end();

    /** The number of network function evaluations that the way takes, per image. */
    int nfe();

    /**
     * From the noise where this way ends to images, as a reconstruction goes: a walk in one evaluation, an ODE by the same solver and grid.
     *
     * @throws IllegalArgumentException if this way ends at images
     */
    SamplingPath toImages();

    /** The text form, which tells where the way leads and how. */
    @Override
    String toString();
}
