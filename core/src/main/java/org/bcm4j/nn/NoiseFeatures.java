package org.bcm4j.nn;

import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/** Sines, then cosines, of multiples of a number that tells how noisy an image is, such as ¼·ln t. */
public sealed interface NoiseFeatures permits FourierFeatures, PositionalFeatures {
    /** How many features; even. */
    int width();

    void declare(WeightLayout.Builder layout);

    /** Float32 [B] to [B,width()]. */
    Tensor apply(Pass pass, Tensor noise);
}
