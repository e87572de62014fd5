package org.bcm4j.features;

import org.bytedeco.pytorch.Tensor;

/**
 * What the layers of a {@link FeatureNetwork} make of images, none of it negative.
 *
 * @param fine float32 [B,first_width,H/2,W/2]
 * @param coarse float32 [B,second_width,H/4,W/4]
 * @param features float32 [B,features]
 */
public record Activations(Tensor fine, Tensor coarse, Tensor features) {}
