package org.bcm4j;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bcm4j.editing.ConstrainedEditor;
import org.bcm4j.editing.Constraint;
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
 * What a model does, on tensors: the expert layer below {@link BcmModel}. Generates, inverts, interpolates and edits in batches: with a
 * consistency model along any {@link Walk}, with a denoiser along its {@link org.bcm4j.walk.Ode}. Only a consistency model edits and refines.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open(); TensorModel model = TensorModel.open(Path.of("models/fashion-mnist"))) {
 *     Tensor images = model.generate(Walk.parse("80 > 0 +2 > 0"), 16, 42, model.model().cyclicLabels(0, 16));
 *     Tensor noises = model.invert(Walk.parse("0 +0.07 > 6 > 80"), images, 42, Optional.empty());
 * }
 * }</pre>
 *
 * <p>Images are float32 [N,C,H,W] in [-1,1], labels int64 [N]; results belong to the caller's {@link Scope}. Immutable: any number of threads
 * may use it at once, each with tensors of its own.
 *
 * <p>Tensors of another type or shape, on another device or closed, labels that are no classes, and counts below 1 are
 * refused with an {@link IllegalArgumentException} that says what was expected and what came; whatever is asked of a
 * closed model, with an {@link IllegalStateException}.
 */
public final class TensorModel implements AutoCloseable {
    /** Images of one evaluation: enough to keep two to sixteen cores busy, and little memory. */
    private static final long BATCH = 64;

    private final TrainedModel model;
    private final EvaluationListener listener;

    public TensorModel(TrainedModel model) {
        this(model, EvaluationListener.NONE);
    }

    /** @param listener hears of each evaluation but those of {@link #refine} */
    public TensorModel(TrainedModel model, EvaluationListener listener) {
        this.model = model;
        this.listener = listener;
    }

    /**
     * Opens a model folder on the best device, in its fastest precision.
     *
     * @throws UserException if the folder holds no sound model
     */
    public static TensorModel open(Path folder) {
        Device device = Device.best();
        return open(folder, device, Precision.fastestOn(device));
    }

    /** As {@link #open(Path)}, on a given device in a given precision. */
    public static TensorModel open(Path folder, Device device, Precision precision) {
        return new TensorModel(TrainedModel.open(folder, device, precision));
    }

    public TrainedModel model() {
        return model;
    }

    /**
     * New images from noise that {@code seed} draws: image number i of a seed starts from the same noise whatever the way and the count, and the
     * noise added to it on the way is its own too.
     *
     * @param labels int64 [count]; absent for the null class, or no classes
     * @return float32 [count,C,H,W], not clipped
     */
    public Tensor generate(SamplingPath way, long count, long seed, Optional<Tensor> labels) {
        return Scope.returning(() -> {
            List<Tensor> batches = new ArrayList<>();
            generate(way, count, seed, labels, batch -> batches.add(Scope.own(batch)));
            Tensor images = cat(0, batches.toArray(Tensor[]::new));
            batches.forEach(Tensor::releaseReference);
            return images;
        });
    }

    /**
     * The same images, batch by batch, for more than fit in memory.
     *
     * @param receiver takes each batch in order, float32 [B,C,H,W]; the batch is freed when it returns
     */
    public void generate(SamplingPath way, long count, long seed, Optional<Tensor> labels, Consumer<Tensor> receiver) {
        if (count < 1) {
            throw new IllegalArgumentException("at least 1 image can be generated, not " + count);
        }
        model.requireLabels(labels, count);
        for (long start = 0; start < count; start += BATCH) {
            long size = Math.min(BATCH, count - start);
            try (Scope scope = Scope.open()) {
                ImageNoise noise = ImageNoise.from(seed, start, model.device());
                receiver.accept(journey(labels, start, size, noise)
                        .generate(way, noise.start(model.shape(size)))
                        .x());
            }
        }
    }

    /**
     * Images from given noises.
     *
     * @param noises standard normal, float32 [N,C,H,W]: for noises that {@link #invert} found, divided by where it ended
     * @param seed seeds the noise that a walk adds on its way
     */
    public Tensor generate(SamplingPath way, Tensor noises, long seed, Optional<Tensor> labels) {
        model.requireInputs(noises, labels);
        return inBatches(
                noises,
                seed,
                (noise, first, batch) ->
                        journey(labels, first, batch.size(0), noise).generate(way, batch));
    }

    /**
     * Goes from given points, as an inversion does from images to noise.
     *
     * @param points float32 [N,C,H,W] at noise scale {@code way.start()}
     * @param seed seeds the noise that the walk adds: each image its own
     * @return the points at noise scale {@code way.end()}
     */
    public Tensor walk(SamplingPath way, Tensor points, long seed, Optional<Tensor> labels) {
        model.requireInputs(points, labels);
        return inBatches(
                points,
                seed,
                (noise, first, batch) ->
                        journey(labels, first, batch.size(0), noise).from(way, batch));
    }

    /**
     * Edits (docs/method.md §7): walks from the images to others that keep to what is known. A walk that starts at T has nothing to start from
     * but noise: it is given noise, and the images only say how many.
     *
     * @param points the images to edit, or points at the noise scale where the walk starts, float32 [N,C,H,W]
     * @param constraint what is known of these N images
     * @param seed seeds the noise that the walk starts with, adds, and that the edit renews
     * @return float32 [N,C,H,W], at time 0 within [-1,1]
     * @throws UserException if the walk is not for this kind of model
     */
    public Tensor edit(Walk walk, Tensor points, Constraint constraint, long seed, Optional<Tensor> labels) {
        PathSampler.require(walk, model.config());
        model.requireInputs(points, labels);
        constraint.requireFit(points);
        return inBatches(
                points,
                seed,
                (noise, first, batch) -> new ConstrainedEditor(constraint.narrow(first, batch.size(0)), noise)
                        .edit(journey(labels, first, batch.size(0), noise).traversal(), walk, batch));
    }

    /**
     * Steps from noises that {@link #invert} found to others that generate the images in one evaluation; see {@link RefinedInversion} for
     * what it costs.
     *
     * @param noises of unit variance, float32 [N,C,H,W]
     * @param seed seeds the little noise that inversions begin with
     * @return float32 [N,C,H,W]
     */
    public Tensor refine(
            RefinedInversion refinement, Tensor images, Tensor noises, long seed, Optional<Tensor> labels) {
        model.requireWalks();
        model.requireInputs(images, labels);
        model.requireInputs(noises, labels);
        if (noises.size(0) != images.size(0)) {
            throw new IllegalArgumentException(
                    "each image has its noise: " + images.size(0) + " images, " + noises.size(0) + " noises");
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
                        noise(seed, first)));
            }
            return cat(0, done.toArray(Tensor[]::new));
        });
    }

    /**
     * Inverts images to noise of unit variance: {@link #walk}, divided by the noise scale that the way ends at.
     *
     * @throws IllegalArgumentException if the way does not lead from images to noise
     */
    public Tensor invert(SamplingPath way, Tensor images, long seed, Optional<Tensor> labels) {
        if (way.start() != 0 || way.end() == 0) {
            throw new IllegalArgumentException(
                    "an inversion leads from images to noise, as \"0 +0.07 > 6 > 80\" does, not \"" + way + "\"");
        }
        if (way.nfe() == 0) {
            throw new IllegalArgumentException("\"" + way
                    + "\" adds noise to images and inverts nothing; evaluate the model, as \"0 +0.07 > 80\" does");
        }
        return Scope.returning(() -> walk(way, images, seed, labels).div(scalar(way.end())));
    }

    /**
     * Images between two real ones: both inverted, each with its own initial noise, the noises interpolated on the sphere (docs/method.md §7), and
     * generated. The first and the last image are the reconstructions of the two.
     *
     * @param inversion from images to noise
     * @param generation from noise to images; without added noise, for with it the images at the ends would be others than those given
     * @param ends the two images, float32 [2,C,H,W]
     * @param frames images of the strip, its ends included, at least 2
     * @param labels the classes of the two images, int64 [2]: each is inverted as its own, and each image between is of that of the nearer end,
     *     the one half-way of that of the first; absent for the null class, or no classes
     * @return float32 [frames,C,H,W]
     * @throws UserException if walks do not lead to noise and back, or add noise but at their start
     */
    public Tensor interpolate(
            SamplingPath inversion,
            SamplingPath generation,
            Tensor ends,
            int frames,
            long seed,
            Optional<Tensor> labels) {
        if (inversion instanceof Walk toNoise && generation instanceof Walk toImages) {
            new ThereAndBack(toNoise, toImages); // throws unless it brings the images back
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

    /** What happens to one batch, whose first image is number {@code first} of all. */
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

    private NoiseSource noise(long seed, long first) {
        return ImageNoise.from(seed, first, model.device());
    }

    /** With the model, told the labels of one batch. */
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
