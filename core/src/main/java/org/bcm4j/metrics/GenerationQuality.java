package org.bcm4j.metrics;

import java.util.Arrays;
import java.util.Optional;
import org.bcm4j.data.Pixels;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Tensor;

/**
 * How well a model generates along a walk. Sample i is of class i mod classes, so all classes have equal shares, and is
 * rounded to the 256 levels of a file before it is looked at. One seed gives one set of starting noises, whatever the
 * walk: walks are compared on common random numbers.
 *
 * @param samples how many images are generated, at least 2
 * @param seed seeds the starting noises; its complement seeds the noise that walks add
 */
public record GenerationQuality(
        ConsistencyModel model,
        FeatureNetwork network,
        RealImages real,
        long samples,
        long seed,
        MeasuringListener listener) {
    /** @throws UserException if there are fewer than 2 samples */
    public GenerationQuality {
        if (samples < 2) {
            throw new UserException("a Fréchet distance needs at least 2 samples, not " + samples);
        }
    }

    /**
     * What was measured.
     *
     * @param walk in its text form
     * @param nfe network function evaluations per image
     * @param frechetDistance between the samples and the real images
     * @param relativeToBlurred the same, divided by the distance of the real images from their blur: below 1, samples
     *     are closer to real images than slightly soft copies of them are
     * @param accuracy share of the samples whose class, as the feature network sees it, is the one asked for; absent
     *     for a model without classes
     * @param agreement the accuracy, divided by that on the real images
     */
    public record Figures(
            String walk,
            int nfe,
            double frechetDistance,
            double relativeToBlurred,
            Optional<Double> accuracy,
            Optional<Double> agreement) {}

    /**
     * Generates along a walk and measures.
     *
     * @throws UserException if the walk does not lead from noise to images, or the model's images do not fit the
     *     feature network
     */
    public Figures of(Walk walk) {
        requireGenerating(walk);
        int classes = model.config().network().classes();
        FeatureMoments moments = new FeatureMoments(network.config().features());
        long right = 0;
        try (SeededGenerator starts = new SeededGenerator(seed, model.device());
                SeededGenerator added = new SeededGenerator(~seed, model.device())) {
            for (long[] indices : Batches.of(samples)) {
                try (Scope scope = Scope.open()) {
                    Optional<Tensor> labels = labels(indices, classes);
                    Walker walker = new Walker((x, t, u) -> model.traverse(x, t, u, labels), added::normal);
                    Tensor images = walker.generate(walk, starts.normal(model.shape(indices.length)))
                            .x();
                    Responses responses = network.responses(Pixels.toSignal(Pixels.toBytes(images)));
                    moments.add(responses.features());
                    right += labels.map(responses::agreeing).orElse(0L);
                }
                listener.measured(walk.toString(), moments.count(), samples);
            }
        }
        double distance = FrechetDistance.between(moments, real.moments());
        Optional<Double> accuracy = classes == 0 ? Optional.empty() : Optional.of((double) right / samples);
        return new Figures(
                walk.toString(),
                walk.nfe(),
                distance,
                distance / real.blurredDistance(),
                accuracy,
                accuracy.map(share -> share / real.accuracy()));
    }

    static void requireGenerating(Walk walk) {
        if (walk.start() == 0 || walk.end() != 0) {
            throw new UserException("walk \"" + walk + "\" does not generate images; start at noise and end at 0, as in"
                    + " \"80 > 0\"");
        }
    }

    private Optional<Tensor> labels(long[] indices, int classes) {
        return classes == 0
                ? Optional.empty()
                : Optional.of(model.device()
                        .integers(Arrays.stream(indices).map(i -> i % classes).toArray()));
    }
}
