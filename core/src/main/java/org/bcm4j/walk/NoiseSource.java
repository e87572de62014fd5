package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/** Where a {@link Walker} draws the noise that moves add; {@link ImageNoise} for noise that a seed decides. */
@FunctionalInterface
public interface NoiseSource {
    /** A new tensor of independent standard normal values, on the device and of the type of the points that walk. */
    Tensor normal(long... shape);
}
