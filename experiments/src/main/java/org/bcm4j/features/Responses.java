package org.bcm4j.features;

import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * The response of a {@link FeatureNetwork} to images.
 *
 * @param features float32 [B,D], not negative
 * @param logits float32 [B,classes], before the softmax
 */
public record Responses(Tensor features, Tensor logits) {
    /** The most likely class of each image, int64 [B]. */
    public Tensor classes() {
        return logits.argmax(new LongOptional(1), false);
    }

    /** The number of images whose most likely class is their label. {@code labels} are int64 [B], on any device. */
    public long agreeing(Tensor labels) {
        return Device.CPU.move(classes()).eq(Device.CPU.move(labels)).sum().item_long();
    }
}
