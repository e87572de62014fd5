package org.bcm4j.training.terms;

import java.util.Optional;
import org.bcm4j.tensor.KeyedRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The training examples of one part of a batch, as a term sees them.
 *
 * @param images x, float32 [B,C,H,W] in [-1,1]
 * @param labels int64 [B], the null class where a label was dropped; absent if the network has no classes
 * @param numbers the numbers of the examples in the run, int64 [B]
 * @param random the source of all random numbers of the examples: row r of a draw belongs to example r
 */
public record Examples(Tensor images, Optional<Tensor> labels, Tensor numbers, KeyedRandom random) {
    /** B, the number of images. */
    int count() {
        return Math.toIntExact(images.size(0));
    }
}
