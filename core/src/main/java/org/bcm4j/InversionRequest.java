package org.bcm4j;

import java.util.Optional;
import org.bcm4j.editing.RefinedInversion;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/** Finds the noises that generate given images: {@link BcmModel#invert}. Takes 2 evaluations by default. */
public final class InversionRequest extends ImageRequest<InversionRequest> {
    private final Images images;
    private Optional<RefinedInversion> refinement = Optional.empty();

    InversionRequest(BcmModel model, Images images) {
        super(model);
        this.images = images;
    }

    @Override
    InversionRequest self() {
        return this;
    }

    /**
     * Refines the noises so that they generate the images in one evaluation. Each step costs about three evaluations;
     * see {@link RefinedInversion}. The walk must lead to 80, the largest noise scale.
     *
     * @param refiningSteps at least 1
     */
    public InversionRequest refined(int refiningSteps) {
        refinement = Optional.of(new RefinedInversion(refiningSteps));
        return this;
    }

    /**
     * The path that {@link #run} follows. Generation along its {@link SamplingPath#toImages} reconstructs the images.
     *
     * @throws UserException if the model cannot follow the walk, or the walk does not lead from images to noise in at
     *     least one evaluation
     */
    public SamplingPath path() {
        SamplingPath path = model().samplingPath(this, Purpose.INVERT, Direction.INVERT);
        if (!path.inverts() || path.nfe() == 0) {
            throw new UserException(
                    "\"" + path + "\" does not lead from images to noise in an evaluation or more; set a"
                            + " path that does, such as \"0 +0.07 > 80\"");
        }
        return path;
    }

    /**
     * Finds the noises.
     *
     * @throws UserException as {@link #path}; or if the walk does not lead to the noise that is refined, or a denoiser
     *     shall refine
     * @throws IllegalArgumentException if images or labels do not fit the model
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Noise run() {
        if (refinement.isPresent()) {
            model().trained().requireWalks();
        }
        SamplingPath path = path();
        refinement.ifPresent(steps -> RefinedInversion.requirePath(path));
        try (Scope scope = Scope.open()) {
            Tensor points = model().points(images);
            Optional<Tensor> labels = labelsOf(images.count());
            int evaluations = path.nfe() + refinement.map(RefinedInversion::nfe).orElse(0);
            TensorModel tensors = tensors(images.count(), (long) images.count() * evaluations);
            Tensor found = tensors.invert(path, points, seedValue(), labels);
            return Noise.found(
                    refinement.isPresent()
                            ? tensors.refine(refinement.get(), points, found, seedValue(), labels)
                            : found,
                    path.end());
        }
    }
}
