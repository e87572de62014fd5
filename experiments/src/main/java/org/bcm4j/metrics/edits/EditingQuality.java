package org.bcm4j.metrics.edits;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.editing.ConstrainedEditor;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.samples.FeatureGathering;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * How well a model repairs damaged images along a walk, without their classes. It measures the error of the results
 * against the originals and their Fréchet distance from real images. Both are also measured for the damaged images, for
 * comparison. One seed gives one set of noises: walks are compared on common random numbers.
 *
 * @param images whole images
 * @param count the number of images to use, from the first
 * @param seed seeds the noise with which walks start, which they add, and which edits renew
 */
public record EditingQuality(
        TrainedModel model,
        FeatureNetwork network,
        RealImages real,
        LabelledImages images,
        long count,
        long seed,
        Measuring measuring) {
    /** The damage that inpainting is measured on. */
    public static final Corruption HOLE = new Corruption.CentralHole();

    /** The damages that restoration is measured on, from the worst. */
    public static final List<Corruption> COMPRESSIONS =
            Stream.of(10, 20, 30).<Corruption>map(Corruption.Compression::new).toList();

    /**
     * The figures of one walk.
     *
     * @param walk the walk in its text form
     * @param nfe network function evaluations per image
     * @param meanSquaredError error of the results, per pixel value on [0,1], over the whole image
     * @param damagedError error of the damaged images, measured in the same way
     * @param relativeToBlurred Fréchet distance between the results and real images, divided by that of blurred images
     * @param damagedRelativeToBlurred the same for the damaged images
     * @param changedKnown the number of values in the results that contradict what is known of the originals
     */
    public record Figures(
            String walk,
            int nfe,
            double meanSquaredError,
            double damagedError,
            double relativeToBlurred,
            double damagedRelativeToBlurred,
            long changedKnown) {}

    /**
     * Damages the images, repairs them along a walk, and measures the results.
     *
     * @throws org.bcm4j.storage.UserException if the walk is not for this kind of model
     */
    public Figures of(Corruption damage, Walk walk) {
        PathSampler.require(walk, model.config());
        ReconstructionError after = new ReconstructionError();
        ReconstructionError before = new ReconstructionError();
        FeatureGathering mended = new FeatureGathering(network, real);
        FeatureGathering damaged = new FeatureGathering(network, real);
        AtomicLong changed = new AtomicLong();
        measuring.batches(
                walk.toString(),
                count,
                indices -> {
                    Tensor originals = images.images(indices);
                    Corruption.Damaged given = damage.apply(originals);
                    Tensor result = repaired(given, walk, indices[0]);
                    return List.of(
                            result.ne(given.known().impose(result)).sum(),
                            errors(originals, result),
                            errors(originals, given.images()),
                            features(result),
                            features(given.images()));
                },
                (indices, measured) -> {
                    changed.addAndGet(measured.next().item_long());
                    after.add(HostTensors.doubles(measured.next()));
                    before.add(HostTensors.doubles(measured.next()));
                    mended.add(measured.next());
                    damaged.add(measured.next());
                });
        return new Figures(
                walk.toString(),
                walk.nfe(),
                after.meanSquared(),
                before.meanSquared(),
                mended.distance() / real.blurredDistance(),
                damaged.distance() / real.blurredDistance(),
                changed.get());
    }

    private Tensor repaired(Corruption.Damaged given, Walk walk, long first) {
        return new ConstrainedEditor(given.known(), ImageNoise.from(seed, first, Device.CPU))
                .edit(
                        (x, t, u) -> Device.CPU.move(
                                model.traverse(model.device().move(x), t, u, model.unlabelled(x.size(0)))),
                        walk,
                        given.images(),
                        0)
                .x();
    }

    private static Tensor errors(Tensor originals, Tensor results) {
        double[] errors = ReconstructionError.perImage(originals, results);
        return HostTensors.ofDoubles(errors, errors.length);
    }

    /** The features of images, rounded to the 256 levels of a file. */
    private Tensor features(Tensor images) {
        return network.responses(Pixels.toSignal(Pixels.toBytes(images))).features();
    }
}
