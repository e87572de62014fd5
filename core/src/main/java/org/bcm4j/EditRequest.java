package org.bcm4j;

import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bcm4j.editing.Constraint;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * An edit that needs nothing but the images: {@link BcmModel#colorize}, {@link BcmModel#superResolve}, {@link BcmModel#restore}, {@link
 * BcmModel#denoise}, {@link BcmModel#fromDrawing}.
 */
public final class EditRequest extends ImageRequest<EditRequest> {
    private final Images images;
    private final Kind kind;

    /**
     * What distinguishes one edit from another.
     *
     * @param walk the walk of so many steps, or the usual one
     * @param start from what the edit is given, float32 [N,C,H,W], to where a walk from images starts
     * @param known from what the edit is given to what is known of its results
     */
    record Kind(Function<OptionalInt, Walk> walk, UnaryOperator<Tensor> start, Function<Tensor, Constraint> known) {
        /** An edit that starts at the images, and of whose results nothing is known. */
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
     * @throws org.bcm4j.storage.UserException if the model cannot go the walk, or has none of so many steps for this edit
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
