package org.bcm4j;

import java.util.Optional;
import java.util.function.Consumer;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * Generates new images from noise: {@link BcmModel#sample}. Takes 2 evaluations by default. Without labels, the classes
 * are used in turn.
 */
public final class SamplingRequest extends ImageRequest<SamplingRequest> {
    private static final int DEFAULT_COUNT = 16;

    private int count = DEFAULT_COUNT;
    private Optional<Noise> noise = Optional.empty();

    SamplingRequest(BcmModel model) {
        super(model);
    }

    @Override
    SamplingRequest self() {
        return this;
    }

    /**
     * Sets the number of images; 16 by default.
     *
     * @param images at least 1
     */
    public SamplingRequest count(int images) {
        if (images < 1) {
            throw new IllegalArgumentException("the number of images must be at least 1, not " + images);
        }
        count = images;
        noise = Optional.empty();
        return this;
    }

    /**
     * Starts from given noises, one image for each, for example those that {@link BcmModel#invert} found. Unless steps
     * or a walk are given, the request follows the return path of the model's interpolation, which adds no noise. Without
     * labels the images are of the null class, as inversions are, and not of each class in turn.
     */
    public SamplingRequest from(Noise given) {
        noise = Optional.of(given);
        count = given.count();
        return this;
    }

    /**
     * Generates the images.
     *
     * @throws UserException if the model cannot follow the walk, or the walk does not lead from noise to images, or not
     *     from the noise scale at which given noises were found
     * @throws IllegalArgumentException if noises or labels do not fit the model
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images generate() {
        SamplingPath path = chosenPath();
        try (Scope scope = Scope.open()) {
            TensorModel tensors = tensors(count, (long) count * path.nfe());
            Tensor images = noise.isPresent()
                    ? tensors.generate(path, model().points(noise.get()), seedValue(), labels())
                    : tensors.generate(path, count, seedValue(), labels());
            return Images.ofTensor(images);
        }
    }

    /**
     * Generates the images one batch at a time, for more images than fit in memory. With given noises, all images
     * arrive in one batch.
     *
     * @param receiver takes each batch, in order
     */
    public void generate(Consumer<Images> receiver) {
        if (noise.isPresent()) {
            receiver.accept(generate());
            return;
        }
        SamplingPath path = chosenPath();
        try (Scope scope = Scope.open()) {
            tensors(count, (long) count * path.nfe())
                    .generate(path, count, seedValue(), labels(), batch -> receiver.accept(Images.ofTensor(batch)));
        }
    }

    private SamplingPath chosenPath() {
        boolean ownWalk = givenPath().isEmpty() && givenSteps().isEmpty();
        SamplingPath path =
                noise.isPresent() && ownWalk && model().config().kind().isBidirectional()
                        ? model().thereAndBack(this, Purpose.INTERPOLATE).toImages()
                        : model().samplingPath(this, Purpose.SAMPLE, Direction.GENERATE);
        if (!path.generates()) {
            throw new UserException("\"" + path + "\" does not lead from noise to images; set a path that does, such as"
                    + " \"80 > 0\"");
        }
        noise.ifPresent(given -> given.noiseScale().ifPresent(found -> path.requireStart(found, "these noises were")));
        return path;
    }

    private Optional<Tensor> labels() {
        Optional<Tensor> given = labelsOf(count);
        return noise.isPresent() ? given : given.or(() -> model().trained().cyclicLabels(numbersOf(count)));
    }
}
