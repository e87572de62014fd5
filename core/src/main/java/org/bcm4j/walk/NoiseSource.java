package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/** Where a {@link Walker} draws its noise from. Seed it, and keep its state, to repeat a walk bit for bit. */
@FunctionalInterface
public interface NoiseSource {
    /** A new tensor of independent standard normal values, on the device and of the type of the points that walk. */
    Tensor normal(long... shape);
}
