package org.bcm4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bcm4j.editing.ConstrainedEditor;
import org.bcm4j.editing.Constraint;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Arrival;
import org.bcm4j.walk.Editor;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The way in: generates, inverts and interpolates images with a {@link ConsistencyModel}, in batches, along any {@link Walk}.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open(); Bcm bcm = Bcm.open(Path.of("models/fashion-mnist"))) {
 *     Tensor images = bcm.generate(Walk.parse("80 > 1.2 > 0"), 16, 42, Optional.empty());
 *     Tensor noises = bcm.invert(Walk.parse("0 +0.07 > 6 > 80"), images, 42, Optional.empty());
 * }
 * }</pre>
 *
 * <p>Images are float32 [N,C,H,W] in [-1,1], labels int64 [N]; results belong to the caller's {@link Scope}. For one thread at a time.
 */
public final class Bcm implements AutoCloseable {
    /** Images of one evaluation: enough to keep two to sixteen cores busy, and little memory. */
    private static final long BATCH = 64;

    private final ConsistencyModel model;

    public Bcm(ConsistencyModel model) {
        this.model = model;
    }

    /** Opens a model folder. */
    public static Bcm open(Path folder) {
        return new Bcm(ConsistencyModel.open(folder));
    }

    public ConsistencyModel model() {
        return model;
    }

    /**
     * New images from noise that {@code seed} draws: one seed gives one set of noises, whatever the walk.
     *
     * @param labels int64 [count]; absent for the null class, or no classes
     * @return float32 [count,C,H,W], not clipped
     */
    public Tensor generate(Walk walk, long count, long seed, Optional<Tensor> labels) {
        return Scope.returning(() -> {
            List<Tensor> batches = new ArrayList<>();
            generate(walk, count, seed, labels, batch -> batches.add(Scope.own(batch)));
            Tensor images = torch.cat(new TensorVector(batches.toArray(Tensor[]::new)), 0);
            batches.forEach(Tensor::releaseReference);
            return images;
        });
    }

    /**
     * The same images, batch by batch, for more than fit in memory.
     *
     * @param receiver takes each batch in order, float32 [B,C,H,W]; the batch is freed when it returns
     */
    public void generate(Walk walk, long count, long seed, Optional<Tensor> labels, Consumer<Tensor> receiver) {
        try (SeededGenerator starts = new SeededGenerator(seed, model.device());
                SeededGenerator added = new SeededGenerator(~seed, model.device())) {
            for (long start = 0; start < count; start += BATCH) {
                long size = Math.min(BATCH, count - start);
                try (Scope scope = Scope.open()) {
                    Tensor noises = starts.normal(model.shape(size));
                    receiver.accept(walker(labels, Optional.empty(), start, size, added)
                            .generate(walk, noises)
                            .x());
                }
            }
        }
    }

    /**
     * Images from given noises.
     *
     * @param noises standard normal, float32 [N,C,H,W]: for noises that {@link #invert} found, divided by where it ended
     * @param seed seeds the noise that the walk adds on its way
     */
    public Tensor generate(Walk walk, Tensor noises, long seed, Optional<Tensor> labels) {
        return inBatches(noises, labels, seed, Optional.empty(), (walker, batch) -> walker.generate(walk, batch));
    }

    /**
     * Walks from given points, as an inversion does from images to noise.
     *
     * @param points float32 [N,C,H,W] at noise scale {@code walk.start()}
     * @param seed seeds the noise that the walk adds: each image its own
     * @return the points at noise scale {@code walk.end()}
     */
    public Tensor walk(Walk walk, Tensor points, long seed, Optional<Tensor> labels) {
        return inBatches(points, labels, seed, Optional.empty(), (walker, batch) -> walker.from(walk, batch));
    }

    /**
     * Edits: as {@link #walk}, but keeps to what is known of the images (docs/method.md §7).
     *
     * @param constraint what is known of these N images
     * @param seed seeds the noise that the walk adds and that the edit renews
     */
    public Tensor edit(Walk walk, Tensor points, Constraint constraint, long seed, Optional<Tensor> labels) {
        return inBatches(points, labels, seed, Optional.of(constraint), (walker, batch) -> walker.from(walk, batch));
    }

    /** Inverts images to noise of unit variance: {@link #walk}, divided by the noise scale that the walk ends at. */
    public Tensor invert(Walk walk, Tensor images, long seed, Optional<Tensor> labels) {
        return Scope.returning(() -> walk(walk, images, seed, labels).div(new Scalar(walk.end())));
    }

    /**
     * Images between two real ones: both inverted, each with its own initial noise, the noises interpolated on the sphere (docs/method.md §7), and
     * generated.
     *
     * @param ends the two images, float32 [2,C,H,W]
     * @param frames images of the strip, its ends included, at least 2
     * @return float32 [frames,C,H,W]
     */
    public Tensor interpolate(
            Walk inversion, Walk generation, Tensor ends, int frames, long seed, Optional<Tensor> labels) {
        return Scope.returning(() -> {
            Tensor noises = invert(inversion, ends, seed, labels);
            return generate(generation, Interpolation.slerp(noises, frames), seed, Optional.empty());
        });
    }

    private interface Leg {
        Arrival run(Walker walker, Tensor batch);
    }

    private Tensor inBatches(
            Tensor points, Optional<Tensor> labels, long seed, Optional<Constraint> constraint, Leg leg) {
        return Scope.returning(() -> {
            try (SeededGenerator generator = new SeededGenerator(~seed, model.device())) {
                List<Tensor> done = new ArrayList<>();
                for (long start = 0; start < points.size(0); start += BATCH) {
                    long size = Math.min(BATCH, points.size(0) - start);
                    Walker walker = walker(labels, constraint, start, size, generator);
                    done.add(leg.run(walker, points.narrow(0, start, size)).x());
                }
                return torch.cat(new TensorVector(done.toArray(Tensor[]::new)), 0);
            }
        });
    }

    /** Walks the images of one batch, with their labels, within their constraint. */
    private Walker walker(
            Optional<Tensor> labels, Optional<Constraint> constraint, long start, long size, SeededGenerator added) {
        Optional<Tensor> ofBatch = labels.map(all -> all.narrow(0, start, size));
        NoiseSource noise = shape -> added.normal(shape);
        Editor editor = constraint
                .<Editor>map(known -> new ConstrainedEditor(known.narrow(start, size), noise))
                .orElse(Editor.NONE);
        return new Walker((x, t, u) -> model.traverse(x, t, u, ofBatch), noise, editor);
    }

    @Override
    public void close() {
        model.close();
    }
}
