package org.bcm4j;

import java.util.OptionalInt;
import java.util.function.Function;
import org.bcm4j.editing.Edit;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * An edit that needs only the images: {@link BcmModel#colorize}, {@link BcmModel#superResolve},
 * {@link BcmModel#restore}, {@link BcmModel#denoise}, {@link BcmModel#fromDrawing}.
 */
public final class EditRequest extends ImageRequest<EditRequest> {
    private final Images images;
    private final Function<OptionalInt, Walk> usualWalk;
    private final Function<Tensor, Edit> edit;

    /**
     * @param usualWalk maps a number of steps to a walk; without a number, to the default walk
     * @param edit maps the images, float32 [N,C,H,W], to their edit
     */
    EditRequest(BcmModel model, Images images, Function<OptionalInt, Walk> usualWalk, Function<Tensor, Edit> edit) {
        super(model);
        this.images = images;
        this.usualWalk = usualWalk;
        this.edit = edit;
    }

    @Override
    EditRequest self() {
        return this;
    }

    /**
     * Edits the images.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot follow the walk, the walk does not lead from the
     *     given images to images, or the model has no walk with the given number of steps for this edit
     * @throws IllegalArgumentException if images or labels do not fit the model or the edit
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images run() {
        Walk walk = model().givenWalk(this).orElseGet(() -> usualWalk.apply(givenSteps()));
        try (Scope scope = Scope.open()) {
            return edited(walk, edit.apply(images.tensor()));
        }
    }
}
