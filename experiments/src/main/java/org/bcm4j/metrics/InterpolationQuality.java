package org.bcm4j.metrics;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * How real the images half-way between two real ones look: both are inverted, their noises interpolated on the sphere, and an image is
 * generated of the noise half-way. Beside it, the plain mean of the two images, pixel by pixel: a cross-fade.
 *
 * @param images real images
 * @param pairs how many midpoints to make at most, of the first 2·pairs images
 * @param seed seeds the noises that inversions begin with
 */
public record InterpolationQuality(
        TrainedModel model,
        FeatureNetwork network,
        RealImages real,
        LabelledImages images,
        long pairs,
        long seed,
        MeasuringListener listener) {

    private static final int LEAST = 2;

    /**
     * There and back.
     *
     * @param toNoise from images to noise
     * @param toImages from there to images
     */
    public record Ways(SamplingPath toNoise, SamplingPath toImages) {
        Stream<SamplingPath> both() {
            return Stream.of(toNoise, toImages);
        }
    }

    /** With which noise the two inversions of a pair begin. */
    public enum InitialNoise {
        /** Each image with its own, as the paper does. */
        DIFFERENT,
        /** Both with the same. */
        SHARED
    }

    /** Which images make pairs, and what the model is told of them on the way to noise and back. */
    public enum Pairs {
        /** Every image of a class with the next of that class; the class is told. */
        WITHIN_CLASS,
        /** Image i with image i + pairs where their classes differ; no class is told, neither to invert nor to generate. */
        ACROSS_CLASSES,
        /** Image i with image i + pairs, so that most are of two classes; no class is told. */
        ANY
    }

    /**
     * What was measured.
     *
     * @param inversion in its text form: a walk, or a denoiser's ODE
     * @param generation likewise, the way back
     * @param pairs which images made pairs
     * @param count how many pairs there were
     * @param midpoints the images half-way
     * @param crossFades the mean of the two images of each pair
     * @param endsMeanSquaredError of the two ends of the interpolation, generated like the midpoints, from their images, per pixel value on [0,1]
     */
    public record Figures(
            String inversion,
            String generation,
            Pairs pairs,
            long count,
            Reality midpoints,
            Reality crossFades,
            double endsMeanSquaredError) {}

    /**
     * How near images between two real ones are to real ones.
     *
     * @param frechetDistance from the real images
     * @param relativeToBlurred the same, divided by the distance of the real images from their blur
     * @param agreement share that the feature network takes for the class of one of the two images, divided by the share of real images that it
     *     takes for theirs; absent if it knows other classes
     */
    public record Reality(double frechetDistance, double relativeToBlurred, Optional<Double> agreement) {}

    /**
     * Measures.
     *
     * @throws UserException if a way is not for this kind of model, or fewer than two pairs can be made
     */
    public Figures of(Ways ways, Pairs which, InitialNoise initialNoise) {
        List<Pair> all = pairs(which);
        if (all.size() < LEAST) {
            throw new UserException("midpoints need at least " + LEAST + " pairs of images, and the first " + 2 * pairs
                    + " make " + all.size() + "; ask for more images");
        }
        Gathering midpoints = new Gathering();
        Gathering crossFades = new Gathering();
        ReconstructionError ends = new ReconstructionError();
        for (long[] batch : Batches.of(all.size())) {
            List<Pair> some = all.subList((int) batch[0], (int) batch[0] + batch.length);
            try (Scope scope = Scope.open()) {
                Walked walked = walk(ways, which, initialNoise, some);
                midpoints.add(walked.midpoints(), some);
                ends.add(walked.originals(), walked.ends());
                Tensor mean = walked.originals()
                        .narrow(0, 0, batch.length)
                        .add(walked.originals().narrow(0, batch.length, batch.length))
                        .div(scalar(2.0));
                crossFades.add(mean, some);
            }
            listener.measured("midpoints, " + ways.toNoise(), midpoints.moments.count(), all.size());
        }
        return new Figures(
                ways.toNoise().toString(),
                ways.toImages().toString(),
                which,
                all.size(),
                midpoints.reality(),
                crossFades.reality(),
                ends.meanSquared());
    }

    /** Whether the images make enough pairs. */
    boolean possible(Pairs which) {
        return pairs(which).size() >= LEAST;
    }

    /** Two images and their classes. */
    private record Pair(long first, long second, long firstClass, long secondClass) {}

    private List<Pair> pairs(Pairs which) {
        long[] labels = labels();
        List<Pair> found = new ArrayList<>();
        if (which == Pairs.WITHIN_CLASS) {
            Map<Long, Integer> waiting = new HashMap<>();
            for (int i = 0; i < labels.length; i++) {
                Integer partner = waiting.remove(labels[i]);
                if (partner == null) {
                    waiting.put(labels[i], i);
                } else {
                    found.add(new Pair(partner, i, labels[i], labels[i]));
                }
            }
        } else {
            int half = labels.length / 2;
            for (int i = 0; i < half; i++) {
                if (which == Pairs.ANY || labels[i] != labels[i + half]) {
                    found.add(new Pair(i, i + half, labels[i], labels[i + half]));
                }
            }
        }
        return found;
    }

    private long[] labels() {
        try (Scope scope = Scope.open()) {
            return HostTensors.longs(
                    images.labels(LongStream.range(0, 2 * pairs).toArray()));
        }
    }

    /** What became of some pairs: first all first images, then all second ones. */
    private record Walked(Tensor originals, Tensor ends, Tensor midpoints) {}

    private Walked walk(Ways ways, Pairs which, InitialNoise initialNoise, List<Pair> some) {
        int count = some.size();
        long[] indices = LongStream.concat(
                        some.stream().mapToLong(Pair::first), some.stream().mapToLong(Pair::second))
                .toArray();
        Optional<Tensor> told = which == Pairs.WITHIN_CLASS
                ? Optional.of(model.device().move(images.labels(indices)))
                : Optional.empty();
        Optional<Tensor> toldOnce = told.map(labels -> labels.narrow(0, 0, count));
        Tensor originals = model.device().move(images.images(indices));
        // Each image's own noise, or for both images of a pair that of the first.
        long[] keys = initialNoise == InitialNoise.DIFFERENT
                ? indices
                : LongStream.concat(Arrays.stream(indices, 0, count), Arrays.stream(indices, 0, count))
                        .toArray();
        ImageNoise noise = ImageNoise.of(seed, keys, model.device());
        PathSampler both = new PathSampler(model, told, noise);
        Tensor noises = both.from(ways.toNoise(), originals)
                .x()
                .div(scalar(ways.toNoise().end()));
        Tensor[] halfWay = new Tensor[count];
        for (int i = 0; i < count; i++) {
            Tensor pair = stack(0, noises.select(0, i), noises.select(0, count + i));
            halfWay[i] = Interpolation.slerp(pair, 3).narrow(0, 1, 1);
        }
        Tensor midpoints = new PathSampler(model, toldOnce, noise)
                .generate(ways.toImages(), cat(0, halfWay))
                .x();
        return new Walked(originals, both.generate(ways.toImages(), noises).x(), midpoints);
    }

    /** What the feature network sees of images between two. */
    private final class Gathering {
        private final FeatureMoments moments =
                new FeatureMoments(network.config().features());
        private long right;

        /** @param between [B,C,H,W], rounded to bytes before they are looked at */
        void add(Tensor between, List<Pair> some) {
            Responses responses = network.responses(Pixels.toSignal(Pixels.toBytes(between)));
            moments.add(responses.features());
            long[] classes = HostTensors.longs(responses.classes());
            for (int i = 0; i < classes.length; i++) {
                Pair pair = some.get(i);
                right += classes[i] == pair.firstClass() || classes[i] == pair.secondClass() ? 1 : 0;
            }
        }

        Reality reality() {
            double distance = FrechetDistance.between(moments, real.moments());
            return new Reality(
                    distance,
                    distance / real.blurredDistance(),
                    real.accuracy().map(accuracy -> right / (double) moments.count() / accuracy));
        }
    }
}
