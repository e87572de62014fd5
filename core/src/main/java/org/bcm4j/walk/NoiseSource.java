package org.bcm4j.walk;

import org.bytedeco.pytorch.Tensor;

/** The source of the noise that the moves of a {@link Walker} add. {@link ImageNoise} draws it from a seed. */
@FunctionalInterface
public interface NoiseSource {
    /** A new tensor of independent standard normal values, with the device and type of the walk's points. */
    Tensor normal(long... shape);
}
