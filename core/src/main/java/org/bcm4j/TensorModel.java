package org.bcm4j;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.bcm4j.editing.ConstrainedEditor;
import org.bcm4j.editing.Edit;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.editing.RefinedInversion;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.EvaluationListener;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SampledPoints;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * A model on tensors: the expert layer below {@link BcmModel}. Generates, inverts, interpolates and edits in batches. A
 * consistency model follows any {@link Walk}; a denoiser solves its {@link org.bcm4j.walk.Ode}. Only a consistency
 * model edits and refines.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open(); TensorModel model = TensorModel.open(Path.of("models/fashion-mnist"))) {
 *     Tensor images = model.generate(Walk.parse("80 > 0 +2 > 0"), 16, 42, model.model().cyclicLabels(0, 16));
 *     Tensor noises = model.invert(Walk.parse("0 +0.07 > 6 > 80"), images, 42, Optional.empty());
 * }
 * }</pre>
 *
 * <p>Images are float32 [N,C,H,W] in [-1,1], labels int64 [N]. Results belong to the caller's {@link Scope}. Immutable
 * and thread-safe, as long as each thread uses its own tensors.
 *
 * <p>Methods throw an {@link IllegalArgumentException} for tensors of the wrong type, shape or device, for closed
 * tensors, for labels that are no classes, and for counts below 1. The message says what was expected and what was
 * given. After {@link #close}, methods throw an {@link IllegalStateException}.
 */
public final class TensorModel implements AutoCloseable {
    /** Images per evaluation: enough to keep two to sixteen cores busy without much memory. */
    public static final long BATCH = 64;

    private final TrainedModel model;
    private final EvaluationListener listener;
    private final LongUnaryOperator numbers;

    public TensorModel(TrainedModel model) {
        this(model, EvaluationListener.NONE);
    }

    /** @param listener is called before each evaluation */
    public TensorModel(TrainedModel model, EvaluationListener listener) {
        this(model, listener, LongUnaryOperator.identity());
    }

    private TensorModel(TrainedModel model, EvaluationListener listener, LongUnaryOperator numbers) {
        this.model = model;
        this.listener = listener;
        this.numbers = numbers;
    }

    /**
     * Opens a model folder on the best device, in the precision that is fastest for it there.
     *
     * @throws UserException if the folder holds no valid model
     */
    public static TensorModel open(Path folder) {
        return new TensorModel(TrainedModel.open(folder));
    }

    /** Opens a model folder on a given device, as {@link #open(Path)}. */
    public static TensorModel open(Path folder, Device device) {
        return new TensorModel(TrainedModel.open(folder, device));
    }

    /** Opens a model folder on a given device in a given precision, as {@link #open(Path)}. */
    public static TensorModel open(Path folder, Device device, Precision precision) {
        return new TensorModel(TrainedModel.open(folder, device, precision));
    }

    public TrainedModel model() {
        return model;
    }

    /**
     * The same model for a part of a larger set of images, such as the share of one process among several. With its
     * number in the set, an image gets the noise that it has in the set. The two share the weights: closing either
     * closes both.
     *
     * @param ofImages maps an image's place in a request, from 0, to its number
     */
    public TensorModel numbered(LongUnaryOperator ofImages) {
        return new TensorModel(model, listener, ofImages);
    }

    /**
     * Generates images from noise drawn with {@code seed}. For one seed, image number i starts from the same noise
     * whatever the path and the count. Noise added along the path is also drawn per image.
     *
     * @param labels int64 [count]; absent for the null class, or no classes
     * @return float32 [count,C,H,W], not clipped
     */
    public Tensor generate(SamplingPath samplingPath, long count, long seed, Optional<Tensor> labels) {
        return Scope.returning(() -> {
            List<Tensor> batches = new ArrayList<>();
            try {
                generate(samplingPath, count, seed, labels, batch -> batches.add(Scope.own(batch)));
                return cat(0, batches.toArray(Tensor[]::new));
            } finally {
                batches.forEach(Tensor::releaseReference);
            }
        });
    }

    /**
     * Generates the same images batch by batch, for more images than fit in memory.
     *
     * @param receiver takes each batch in order, float32 [B,C,H,W]; the batch is freed when the receiver returns
     */
    public void generate(
            SamplingPath samplingPath, long count, long seed, Optional<Tensor> labels, Consumer<Tensor> receiver) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of images must be at least 1, not " + count);
        }
        model.requireLabels(labels, count);
        for (long first = 0; first < count; first += BATCH) {
            long size = Math.min(BATCH, count - first);
            try (Scope scope = Scope.open()) {
                ImageNoise noise = noise(seed, first);
                receiver.accept(journey(labels, first, size, noise)
                        .generate(samplingPath, noise.start(model.shape(size)))
                        .x());
            }
        }
    }

    /**
     * Generates images from given noises.
     *
     * @param noises standard normal, float32 [N,C,H,W]; {@link #invert} returns noises of this scale
     * @param seed seeds the noise that a walk adds
     */
    public Tensor generate(SamplingPath samplingPath, Tensor noises, long seed, Optional<Tensor> labels) {
        model.requireInputs(noises, labels);
        return inBatches(
                noises,
                seed,
                (noise, first, batch) ->
                        journey(labels, first, batch.size(0), noise).generate(samplingPath, batch));
    }

    /**
     * Moves points along a path, for example from images to noise.
     *
     * @param points float32 [N,C,H,W] at noise scale {@code samplingPath.start()}
     * @param seed seeds the noise that a walk adds, drawn per image
     * @return the points at noise scale {@code samplingPath.end()}
     */
    public Tensor walk(SamplingPath samplingPath, Tensor points, long seed, Optional<Tensor> labels) {
        model.requireInputs(points, labels);
        return inBatches(
                points,
                seed,
                (noise, first, batch) ->
                        journey(labels, first, batch.size(0), noise).from(samplingPath, batch));
    }

    /**
     * Edits images: follows a walk to images that agree with what is known.
     *
     * @param edit on this model's device
     * @param seed seeds the noise at the start of the walk, the noise that the walk adds, and the noise that the edit
     *     renews
     * @return float32 [N,C,H,W]
     * @throws UserException if the walk is not for this kind of model, or not for this edit
     */
    public Tensor edit(Walk walk, Edit edit, long seed, Optional<Tensor> labels) {
        PathSampler.require(walk, model.config());
        edit.requireWalk(walk);
        model.requireInputs(edit.start(), labels);
        edit.known().requireFit(edit.start());
        edit.known().map(tensor -> model.requireDevice("known parts of images", tensor));
        return inBatches(
                edit.start(),
                seed,
                (noise, first, batch) -> new ConstrainedEditor(edit.known().narrow(first, batch.size(0)), noise)
                        .edit(journey(labels, first, batch.size(0), noise).traversal(), walk, batch, edit.scale()));
    }

    /**
     * Turns images of one class into images of another: inverts them under their own class and generates them under
     * the other.
     *
     * @param images float32 [N,C,H,W]
     * @param seed seeds the initial noise of the inversion
     * @param own the classes of the images, int64 [N]; absent for the null class, or no classes
     * @param other the classes of the results, in the same form
     */
    public Tensor swap(ThereAndBack walk, Tensor images, long seed, Optional<Tensor> own, Optional<Tensor> other) {
        model.requireInputs(images, own);
        model.requireLabels(other, images.size(0));
        return Scope.returning(() -> generate(walk.toImages(), invert(walk.toNoise(), images, seed, own), seed, other));
    }

    /**
     * Refines noises that {@link #invert} found so that they generate the images in one evaluation.
     * {@link RefinedInversion} states the cost.
     *
     * @param noises of unit variance, found by an inversion to noise scale 80, float32 [N,C,H,W]
     * @param seed seeds the initial noise of the inversions
     * @return float32 [N,C,H,W]
     */
    public Tensor refine(
            RefinedInversion refinement, Tensor images, Tensor noises, long seed, Optional<Tensor> labels) {
        model.requireWalks();
        model.requireInputs(images, labels);
        model.requireInputs(noises, labels);
        if (noises.size(0) != images.size(0)) {
            throw new IllegalArgumentException(
                    "each image needs one noise, not " + noises.size(0) + " noises for " + images.size(0) + " images");
        }
        return Scope.returning(() -> {
            List<Tensor> done = new ArrayList<>();
            for (long first = 0; first < images.size(0); first += BATCH) {
                long size = Math.min(BATCH, images.size(0) - first);
                done.add(refinement.refine(
                        model,
                        images.narrow(0, first, size),
                        noises.narrow(0, first, size),
                        ofBatch(labels, first, size),
                        noise(seed, first),
                        listener));
            }
            return cat(0, done.toArray(Tensor[]::new));
        });
    }

    /**
     * Inverts images to noise of unit variance: the result of {@link #walk} divided by the noise scale at the end of
     * the path.
     *
     * @throws IllegalArgumentException if the path does not lead from images to noise
     */
    public Tensor invert(SamplingPath samplingPath, Tensor images, long seed, Optional<Tensor> labels) {
        if (!samplingPath.inverts()) {
            throw new IllegalArgumentException(
                    "an inversion must lead from images to noise, as \"0 +0.07 > 6 > 80\" does, not \"" + samplingPath
                            + "\"");
        }
        if (samplingPath.nfe() == 0) {
            throw new IllegalArgumentException("\"" + samplingPath
                    + "\" only adds noise; an inversion evaluates the model, as \"0 +0.07 > 80\" does");
        }
        return Scope.returning(() -> walk(samplingPath, images, seed, labels).div(scalar(samplingPath.end())));
    }

    /**
     * Generates images between two real ones (docs/method.md §7). Inverts both, each with its own initial noise,
     * interpolates the noises on the sphere, and generates. The first and the last image are the reconstructions of the
     * two given images.
     *
     * @param inversion from images to noise
     * @param generation from noise to images, without added noise; added noise would change the images at the ends
     * @param ends the two images, float32 [2,C,H,W]
     * @param frames number of images, including the ends, at least 2
     * @param labels the classes of the two images, int64 [2]; absent for the null class, or no classes. Each end is
     *     inverted under its own class. Each image between has the class of the nearer end; the one half-way has the
     *     class of the first
     * @return float32 [frames,C,H,W]
     * @throws UserException if the walks do not lead to noise and back, or add noise anywhere except at the start
     */
    public Tensor interpolate(
            SamplingPath inversion,
            SamplingPath generation,
            Tensor ends,
            int frames,
            long seed,
            Optional<Tensor> labels) {
        if (inversion instanceof Walk toNoise && generation instanceof Walk toImages) {
            new ThereAndBack(toNoise, toImages); // throws unless the two lead to noise and back
        } else if (generation.start() != inversion.end() || generation.end() != 0) {
            throw new IllegalArgumentException(
                    "\"" + generation + "\" does not lead back to images from where \"" + inversion + "\" ends");
        }
        model.requireInputs(ends, labels);
        Interpolation.requireEnds(ends, frames);
        return Scope.returning(() -> {
            Tensor noises = Interpolation.slerp(invert(inversion, ends, seed, labels), frames);
            Tensor nearerEnd = model.device().integers(Interpolation.nearerEnds(frames));
            return generate(generation, noises, seed, labels.map(ofEnds -> ofEnds.index_select(0, nearerEnd)));
        });
    }

    /** Processes one batch, whose first image has number {@code first}. */
    private interface Leg {
        SampledPoints run(NoiseSource noise, long first, Tensor batch);
    }

    private Tensor inBatches(Tensor points, long seed, Leg leg) {
        return Scope.returning(() -> {
            List<Tensor> done = new ArrayList<>();
            for (long first = 0; first < points.size(0); first += BATCH) {
                long size = Math.min(BATCH, points.size(0) - first);
                done.add(leg.run(noise(seed, first), first, points.narrow(0, first, size))
                        .x());
            }
            return cat(0, done.toArray(Tensor[]::new));
        });
    }

    private ImageNoise noise(long seed, long first) {
        return ImageNoise.of(seed, place -> numbers.applyAsLong(first + place), model.device());
    }

    /** A sampler for the model with the labels of one batch. */
    private PathSampler journey(Optional<Tensor> labels, long first, long size, NoiseSource noise) {
        return new PathSampler(model, ofBatch(labels, first, size), noise, listener);
    }

    private static Optional<Tensor> ofBatch(Optional<Tensor> labels, long first, long size) {
        return labels.map(all -> all.narrow(0, first, size));
    }

    @Override
    public void close() {
        model.close();
    }
}
