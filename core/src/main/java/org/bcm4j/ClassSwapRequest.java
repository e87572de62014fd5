package org.bcm4j;

import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.model.ClassLookup;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ThereAndBack;
import org.bytedeco.pytorch.Tensor;

/**
 * Turns images of one class into images of another: {@link BcmModel#swapClass}. Inverts them under their own class and
 * generates them under the target class. Labels are the classes of the given images.
 */
public final class ClassSwapRequest extends ImageRequest<ClassSwapRequest> {
    private final Images images;
    private final int target;

    ClassSwapRequest(BcmModel model, Images images, String target) {
        super(model);
        this.images = images;
        this.target = new ClassLookup(model.config()).find(target, "class");
    }

    @Override
    ClassSwapRequest self() {
        return this;
    }

    /**
     * Swaps the class.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot follow the walk, or the walk does not lead to noise
     *     and back
     * @throws IllegalArgumentException if images or labels do not fit the model, or no class was given for the images
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images run() {
        ThereAndBack walk = model().thereAndBack(this, Purpose.SWAP);
        int count = images.count();
        try (Scope scope = Scope.open()) {
            Tensor own = labelsOf(count)
                    .orElseThrow(() ->
                            new IllegalArgumentException("the class of the images is missing; set it with label"));
            long[] other = new long[count];
            Arrays.fill(other, target);
            TensorModel tensors = tensors(count, (long) count * walk.whole().nfe());
            Tensor labels = model().trained().device().integers(other);
            return Images.ofTensor(
                    tensors.swap(walk, model().points(images), seedValue(), Optional.of(own), Optional.of(labels)));
        }
    }
}
