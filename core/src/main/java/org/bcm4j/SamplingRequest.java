package org.bcm4j;

import java.util.Optional;
import java.util.function.Consumer;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * New images from noise: {@link BcmModel#sample}. In 2 evaluations unless other steps or another walk are named; of each class in turn unless
 * labels are.
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
     * How many images; 16 unless it is set.
     *
     * @param images at least 1
     */
    public SamplingRequest count(int images) {
        if (images < 1) {
            throw new IllegalArgumentException("at least 1 image can be generated, not " + images);
        }
        count = images;
        noise = Optional.empty();
        return this;
    }

    /**
     * Starts from given noises, such as those that {@link BcmModel#invert} found, one image for each. Unless steps or a walk are named, nothing
     * is added to them on the way: it is the way back of the model's interpolation.
     */
    public SamplingRequest from(Noise given) {
        noise = Optional.of(given);
        count = given.count();
        return this;
    }

    /**
     * Generates the images.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot go the walk, or it does not lead from noise to images
     * @throws IllegalArgumentException if noises or labels do not fit the model
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images generate() {
        SamplingPath way = way();
        try (Scope scope = Scope.open()) {
            TensorModel tensors = tensors((long) count * way.nfe());
            Tensor images = noise.isPresent()
                    ? tensors.generate(way, model().points(noise.get()), seedValue(), labels())
                    : tensors.generate(way, count, seedValue(), labels());
            return Images.ofTensor(images);
        }
    }

    /**
     * Generates the images a batch at a time, for more than fit in memory. Given noises are not streamed.
     *
     * @param receiver takes each batch, in order
     */
    public void generate(Consumer<Images> receiver) {
        if (noise.isPresent()) {
            receiver.accept(generate());
            return;
        }
        SamplingPath way = way();
        try (Scope scope = Scope.open()) {
            tensors((long) count * way.nfe())
                    .generate(way, count, seedValue(), labels(), batch -> receiver.accept(Images.ofTensor(batch)));
        }
    }

    private SamplingPath way() {
        boolean ownWalk = givenWay().isEmpty() && givenSteps().isEmpty();
        return noise.isPresent() && ownWalk && model().config().kind().isBidirectional()
                ? model().thereAndBack(this, Purpose.INTERPOLATE).toImages()
                : model().way(this, Purpose.SAMPLE, Direction.GENERATE);
    }

    private Optional<Tensor> labels() {
        return labelsOf(count).or(() -> model().trained().cyclicLabels(0, count));
    }
}
