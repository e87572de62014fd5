package org.bcm4j;

import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;

/**
 * Inverts images and generates them again: {@link BcmModel#reconstruct}. By default the path to noise takes 2
 * evaluations and the return path one. A denoiser takes the same number of steps in both directions.
 */
public final class ReconstructionRequest extends ImageRequest<ReconstructionRequest> {
    private final Images images;

    ReconstructionRequest(BcmModel model, Images images) {
        super(model);
        this.images = images;
    }

    @Override
    ReconstructionRequest self() {
        return this;
    }

    /**
     * Reconstructs the images.
     *
     * @throws UserException if the model cannot follow the walk, or the walk does not lead from
     *     images to images
     * @throws IllegalArgumentException if images or labels do not fit the model
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images run() {
        SamplingPath path = model().samplingPath(this, Purpose.INVERT, Direction.RECONSTRUCT);
        SamplingPath whole = path instanceof Walk walk && walk.end() != 0 ? walk.then(walk.toImages()) : path;
        if (whole.start() != 0 || whole.end() != 0) {
            throw new UserException(
                    "\"" + whole + "\" does not lead from images to images; set a path that does, such as"
                            + " \"0 +0.07 > 80 > 0\"");
        }
        try (Scope scope = Scope.open()) {
            return Images.ofTensor(tensors(images.count(), (long) images.count() * whole.nfe())
                    .walk(whole, model().points(images), seedValue(), labelsOf(images.count())));
        }
    }
}
