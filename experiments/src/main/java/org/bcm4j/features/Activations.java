package org.bcm4j.features;

import org.bytedeco.pytorch.Tensor;

/**
 * The outputs of the layers of a {@link FeatureNetwork} for images. No value is negative.
 *
 * @param fine float32 [B,first_width,H/2,W/2]
 * @param coarse float32 [B,second_width,H/4,W/4]
 * @param features float32 [B,features]
 */
public record Activations(Tensor fine, Tensor coarse, Tensor features) {}
