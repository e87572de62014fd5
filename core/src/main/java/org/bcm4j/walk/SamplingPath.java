package org.bcm4j.walk;

import org.bcm4j.storage.UserException;

/**
 * A path for points from one noise scale to another: a {@link Walk}, which a consistency model follows, or an
 * {@link Ode}, which is solved with a denoiser. A {@link PathSampler} moves points along either.
 */
public sealed interface SamplingPath permits Walk, Ode {
    /** The noise scale at which the path starts: 0, where images lie, or in (0.002, 80]. */
    double start();

    /** The noise scale at which the path ends: 0, where images lie, or in (0.002, 80]. */
    double end();

    /** Whether the path leads from noise to images. */
    default boolean generates() {
        return start() != 0 && end() == 0;
    }

    /** Whether the path leads from images to noise. */
    default boolean inverts() {
        return start() == 0 && end() != 0;
    }

    /** The number of network function evaluations that the path takes, per image. */
    int nfe();

    /**
     * Checks that the path starts at the noise scale at which noises were found.
     *
     * @param whose begins the message, such as "these noises were"
     * @throws UserException if it starts elsewhere
     */
    default void requireStart(double found, String whose) {
        if (found != start()) {
            String scale = NoiseScale.text(found);
            throw new UserException(whose + " found at noise scale " + scale + ", and \"" + this
                    + "\" starts at another; start the walk there, as \"" + scale + " > 0\" does");
        }
    }

    /**
     * The path from the noise where this path ends to images, as in a reconstruction. A walk takes one evaluation. An
     * ODE uses the same solver and grid.
     *
     * @throws IllegalArgumentException if this path ends at images
     */
    SamplingPath toImages();

    /** The text form, which describes the path. */
    @Override
    String toString();
}
