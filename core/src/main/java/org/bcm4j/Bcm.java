package org.bcm4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Arrival;
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
            try (SeededGenerator generator = new SeededGenerator(seed, model.device())) {
                return generate(walk, generator.normal(model.shape(count)), seed, labels);
            }
        });
    }

    /**
     * Images from given noises.
     *
     * @param noises standard normal, float32 [N,C,H,W]: for noises that {@link #invert} found, divided by where it ended
     * @param seed seeds the noise that the walk adds on its way
     */
    public Tensor generate(Walk walk, Tensor noises, long seed, Optional<Tensor> labels) {
        return inBatches(noises, labels, seed, (walker, batch) -> walker.generate(walk, batch));
    }

    /**
     * Walks from given points, as an inversion does from images to noise.
     *
     * @param points float32 [N,C,H,W] at noise scale {@code walk.start()}
     * @param seed seeds the noise that the walk adds: each image its own
     * @return the points at noise scale {@code walk.end()}
     */
    public Tensor walk(Walk walk, Tensor points, long seed, Optional<Tensor> labels) {
        return inBatches(points, labels, seed, (walker, batch) -> walker.from(walk, batch));
    }

    /** Inverts images to noise of unit variance: {@link #walk}, divided by the noise scale that the walk ends at. */
    public Tensor invert(Walk walk, Tensor images, long seed, Optional<Tensor> labels) {
        return Scope.returning(() -> walk(walk, images, seed, labels).div(new Scalar(walk.end())));
    }

    /**
     * Images between two real ones: both inverted, each with its own initial noise, the noises interpolated on the sphere (SPEC 7), and
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

    private Tensor inBatches(Tensor points, Optional<Tensor> labels, long seed, Leg leg) {
        return Scope.returning(() -> {
            try (SeededGenerator generator = new SeededGenerator(~seed, model.device())) {
                List<Tensor> done = new ArrayList<>();
                for (long start = 0; start < points.size(0); start += BATCH) {
                    long from = start;
                    long size = Math.min(BATCH, points.size(0) - start);
                    Optional<Tensor> batchLabels = labels.map(all -> all.narrow(0, from, size));
                    Walker walker = new Walker(
                            (x, t, u) -> model.traverse(x, t, u, batchLabels), shape -> generator.normal(shape));
                    done.add(leg.run(walker, points.narrow(0, start, size)).x());
                }
                return torch.cat(new TensorVector(done.toArray(Tensor[]::new)), 0);
            }
        });
    }

    @Override
    public void close() {
        model.close();
    }
}
