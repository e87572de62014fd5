package org.bcm4j;

import static org.bcm4j.tensor.Ops.cat;

import java.util.Optional;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ThereAndBack;
import org.bytedeco.pytorch.Tensor;

/**
 * Generates a sequence of images between two real images: {@link BcmModel#interpolate}. Labels are the classes of the
 * two images. A walk must lead to noise and back, and can add noise only at its start.
 */
public final class InterpolationRequest extends ImageRequest<InterpolationRequest> {
    private static final int DEFAULT_FRAMES = 8;

    private final Images first;
    private final Images last;
    private int frames = DEFAULT_FRAMES;

    InterpolationRequest(BcmModel model, Images first, Images last) {
        super(model);
        if (first.count() != 1 || last.count() != 1) {
            throw new IllegalArgumentException("an interpolation leads from one image to one image, not from "
                    + first.count() + " to " + last.count());
        }
        this.first = first;
        this.last = last;
    }

    @Override
    InterpolationRequest self() {
        return this;
    }

    /**
     * Sets the number of images, including the two ends; 8 by default.
     *
     * @param count at least 2
     */
    public InterpolationRequest frames(int count) {
        if (count < 2) {
            throw new IllegalArgumentException("an interpolation needs at least 2 frames, its two ends, not " + count);
        }
        frames = count;
        return this;
    }

    /**
     * Interpolates. The first and the last image of the result are the reconstructions of the two given images.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot follow the walk, or the walk does not lead to noise
     *     and back
     * @throws IllegalArgumentException if images or labels do not fit the model
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images run() {
        ThereAndBack walk = model().thereAndBack(this, Purpose.INTERPOLATE);
        long evaluations =
                2L * walk.toNoise().nfe() + (long) frames * walk.toImages().nfe();
        try (Scope scope = Scope.open()) {
            Tensor ends = cat(0, model().points(first), model().points(last));
            Optional<Tensor> labels = labelsOf(2);
            return Images.ofTensor(tensors(2, evaluations)
                    .interpolate(walk.toNoise(), walk.toImages(), ends, frames, seedValue(), labels));
        }
    }
}
