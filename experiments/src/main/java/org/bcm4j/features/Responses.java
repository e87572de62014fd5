package org.bcm4j.features;

import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * What a {@link FeatureNetwork} makes of images.
 *
 * @param features float32 [B,D], not negative
 * @param logits float32 [B,classes], before the softmax
 */
public record Responses(Tensor features, Tensor logits) {
    /** The likeliest class of each image, int64 [B]. */
    public Tensor classes() {
        return logits.argmax(new LongOptional(1), false);
    }

    /** How many images are of the class that {@code labels}, int64 [B], says, on any device. */
    public long agreeing(Tensor labels) {
        return classes().eq(Device.CPU.move(labels)).sum().item_long();
    }
}
