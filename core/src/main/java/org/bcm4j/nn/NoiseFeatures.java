package org.bcm4j.nn;

import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;

/** Sines, then cosines, of multiples of a number that describes the noise scale of an image, such as ¼·ln t. */
public sealed interface NoiseFeatures permits FourierFeatures, PositionalFeatures {
    /** The number of features; even. */
    int width();

    void declare(WeightLayout.Builder layout);

    /** Maps float32 [B] to [B,width()]. */
    Tensor apply(Pass pass, Tensor noise);
}
