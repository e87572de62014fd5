package org.bcm4j.metrics.evaluation;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.samples.FeatureGathering;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * How real the images half-way between two real ones look. Both images are inverted, their noises are interpolated on
 * the sphere, and an image is generated from the midpoint. The baseline is a cross-fade: the mean of the two images,
 * pixel by pixel.
 *
 * @param images real images
 * @param pairs the largest number of midpoints, made from the first 2·pairs images
 * @param seed seeds the noises with which inversions begin
 */
public record InterpolationQuality(
        TrainedModel model,
        FeatureNetwork network,
        RealImages real,
        LabelledImages images,
        long pairs,
        long seed,
        Measuring measuring) {

    /** The fewest pairs whose midpoints have a distance. */
    static final int LEAST = 2;

    /**
     * A path to noise and a path back.
     *
     * @param toNoise from images to noise
     * @param toImages from noise to images
     */
    public record SamplingPaths(SamplingPath toNoise, SamplingPath toImages) {
        Stream<SamplingPath> both() {
            return Stream.of(toNoise, toImages);
        }
    }

    /** The noise with which the two inversions of a pair begin. */
    public enum InitialNoise {
        /** Each image has its own noise, as in the paper. */
        DIFFERENT,
        /** Both images have the same noise. */
        SHARED
    }

    /** Which images make pairs, and which labels the model receives in both directions. */
    public enum Pairs {
        /** Each image of a class with the next one of that class. The model receives the class. */
        WITHIN_CLASS,
        /** Image i with image i + pairs if their classes differ. The model receives no class in either direction. */
        ACROSS_CLASSES,
        /** Image i with image i + pairs, mostly of two classes. The model receives no class. */
        ANY
    }

    /**
     * The figures of one pair of paths.
     *
     * @param inversion in its text form: a walk, or a denoiser's ODE
     * @param generation the path back, in its text form
     * @param pairs which images made pairs
     * @param count the number of pairs
     * @param midpoints the images half-way
     * @param crossFades the mean of the two images of each pair
     * @param endsMeanSquaredError error between the images and the two ends of the interpolation, generated like the
     *     midpoints, per pixel value on [0,1]
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
     * How close images between two real ones are to real images.
     *
     * @param frechetDistance distance from the real images
     * @param relativeToBlurred {@code frechetDistance} divided by the distance of the real images from their blur
     * @param agreement share of these images whose predicted class is that of one of the two images, divided by the
     *     feature network's accuracy on the real images; absent if it has other classes
     */
    public record Reality(double frechetDistance, double relativeToBlurred, Optional<Double> agreement) {}

    /**
     * Measures the midpoints along the given paths.
     *
     * @throws UserException if a path is not for this kind of model, or fewer than two pairs can be made
     */
    public Figures of(SamplingPaths paths, Pairs which, InitialNoise initialNoise) {
        List<Pair> all = pairs(images, pairs, which);
        if (all.size() < LEAST) {
            throw new UserException("midpoints need at least " + LEAST + " pairs of images, but the first " + 2 * pairs
                    + " make " + all.size() + "; ask for more images");
        }
        Gathering midpoints = new Gathering();
        Gathering crossFades = new Gathering();
        ReconstructionError ends = new ReconstructionError();
        measuring.batches(
                "midpoints, " + paths.toNoise(),
                all.size(),
                batch -> {
                    List<Pair> some = of(all, batch);
                    Walked walked = walk(paths, which, initialNoise, some);
                    Tensor mean = walked.originals()
                            .narrow(0, 0, batch.length)
                            .add(walked.originals().narrow(0, batch.length, batch.length))
                            .div(scalar(2.0));
                    double[] errors = ReconstructionError.perImage(walked.originals(), walked.ends());
                    return Stream.of(
                                    midpoints.measure(walked.midpoints(), some),
                                    crossFades.measure(mean, some),
                                    List.of(HostTensors.ofDoubles(errors, errors.length)))
                            .flatMap(List::stream)
                            .toList();
                },
                (batch, measured) -> {
                    midpoints.take(measured);
                    crossFades.take(measured);
                    ends.add(HostTensors.doubles(measured.next()));
                });
        return new Figures(
                paths.toNoise().toString(),
                paths.toImages().toString(),
                which,
                all.size(),
                midpoints.reality(),
                crossFades.reality(),
                ends.meanSquared());
    }

    /** The pairs of these numbers, which follow one another. */
    private static List<Pair> of(List<Pair> all, long... numbers) {
        return all.subList((int) numbers[0], (int) numbers[0] + numbers.length);
    }

    /** Whether images make enough pairs, of which at most {@code most} are wanted. */
    static boolean possible(LabelledImages images, long most, Pairs which) {
        return pairs(images, most, which).size() >= LEAST;
    }

    /** Two images and their classes. */
    private record Pair(long first, long second, long firstClass, long secondClass) {}

    private static List<Pair> pairs(LabelledImages images, long most, Pairs which) {
        long[] labels = labels(images, 2 * most);
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

    private static long[] labels(LabelledImages images, long count) {
        try (Scope scope = Scope.open()) {
            return HostTensors.longs(images.labels(LongStream.range(0, count).toArray()));
        }
    }

    /** The results of some pairs: all first images, followed by all second images. */
    private record Walked(Tensor originals, Tensor ends, Tensor midpoints) {}

    private Walked walk(SamplingPaths paths, Pairs which, InitialNoise initialNoise, List<Pair> some) {
        int count = some.size();
        long[] indices = LongStream.concat(
                        some.stream().mapToLong(Pair::first), some.stream().mapToLong(Pair::second))
                .toArray();
        Optional<Tensor> told = which == Pairs.WITHIN_CLASS
                ? Optional.of(model.device().move(images.labels(indices)))
                : Optional.empty();
        Optional<Tensor> toldOnce = told.map(labels -> labels.narrow(0, 0, count));
        Tensor originals = model.device().move(images.images(indices));
        // Each image has its own noise, or both images of a pair have that of the first.
        long[] keys = initialNoise == InitialNoise.DIFFERENT
                ? indices
                : LongStream.concat(Arrays.stream(indices, 0, count), Arrays.stream(indices, 0, count))
                        .toArray();
        ImageNoise noise = ImageNoise.of(seed, keys, model.device());
        PathSampler both = new PathSampler(model, told, noise);
        Tensor noises = both.from(paths.toNoise(), originals)
                .x()
                .div(scalar(paths.toNoise().end()));
        Tensor[] halfWay = new Tensor[count];
        for (int i = 0; i < count; i++) {
            Tensor pair = stack(0, noises.select(0, i), noises.select(0, count + i));
            halfWay[i] = Interpolation.slerp(pair, 3).narrow(0, 1, 1);
        }
        Tensor midpoints = new PathSampler(model, toldOnce, noise)
                .generate(paths.toImages(), cat(0, halfWay))
                .x();
        return new Walked(originals, both.generate(paths.toImages(), noises).x(), midpoints);
    }

    /** Gathers the feature network's responses to images between two others. */
    private final class Gathering {
        private final FeatureGathering features = new FeatureGathering(network, real);
        private long right;

        /**
         * What {@link #take} adds for a batch.
         *
         * @param between [B,C,H,W], rounded to bytes before they are measured
         */
        List<Tensor> measure(Tensor between, List<Pair> some) {
            Responses responses = network.responses(Pixels.toSignal(Pixels.toBytes(between)));
            long[] classes = HostTensors.longs(responses.classes());
            long agreeing = IntStream.range(0, classes.length)
                    .filter(i -> classes[i] == some.get(i).firstClass()
                            || classes[i] == some.get(i).secondClass())
                    .count();
            return List.of(responses.features(), HostTensors.ofLongs(new long[] {agreeing}, 1));
        }

        void take(Iterator<Tensor> measured) {
            features.add(measured.next());
            right += measured.next().item_long();
        }

        Reality reality() {
            double distance = features.distance();
            return new Reality(
                    distance,
                    distance / real.blurredDistance(),
                    real.accuracy().map(accuracy -> right / (double) features.count() / accuracy));
        }
    }
}
