package org.bcm4j;

import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bcm4j.editing.Constraint;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * An edit that needs only the images: {@link BcmModel#colorize}, {@link BcmModel#superResolve},
 * {@link BcmModel#restore}, {@link BcmModel#denoise}, {@link BcmModel#fromDrawing}.
 */
public final class EditRequest extends ImageRequest<EditRequest> {
    private final Images images;
    private final Kind kind;

    /**
     * What distinguishes one edit from another.
     *
     * @param walk maps a number of steps to a walk; without a number, to the default walk
     * @param start maps the given images, float32 [N,C,H,W], to the point where a walk from images starts
     * @param known maps the given images to what is known of the results
     */
    record Kind(Function<OptionalInt, Walk> walk, UnaryOperator<Tensor> start, Function<Tensor, Constraint> known) {
        /** An edit that starts at the images and knows nothing of the results. */
        static Kind free(Function<OptionalInt, Walk> walk) {
            return new Kind(walk, given -> given, given -> Constraint.NONE);
        }
    }

    EditRequest(BcmModel model, Images images, Kind kind) {
        super(model);
        this.images = images;
        this.kind = kind;
    }

    @Override
    EditRequest self() {
        return this;
    }

    /**
     * Edits the images.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot follow the walk, or has no walk with the given number
     *     of steps for this edit
     * @throws IllegalArgumentException if images or labels do not fit the model or the edit
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images run() {
        Walk walk = model().givenWalk(this).orElseGet(() -> kind.walk().apply(givenSteps()));
        try (Scope scope = Scope.open()) {
            Tensor given = model().trained().device().move(images.tensor());
            Tensor start = kind.start().apply(given);
            return Images.ofTensor(tensors((long) images.count() * walk.nfe())
                    .edit(walk, start, kind.known().apply(given), seedValue(), labelsOf(images.count())));
        }
    }
}
