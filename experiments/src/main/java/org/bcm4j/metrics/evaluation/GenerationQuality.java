package org.bcm4j.metrics.evaluation;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.metrics.samples.FeatureGathering;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * How well a model generates along a walk, or a denoiser along its ODE. Sample i has class i mod classes, so all
 * classes have equal shares. It is rounded to the 256 levels of a file before it is measured. One seed gives the same
 * starting noises for every walk: walks are compared on common random numbers.
 *
 * @param samples the number of generated images, at least 2
 * @param seed seeds the starting noises and the noise that walks add
 * @param bootstrap gives bounds of the distance, if wanted
 */
public record GenerationQuality(
        TrainedModel model,
        FeatureNetwork network,
        RealImages real,
        long samples,
        long seed,
        Optional<Bootstrap> bootstrap,
        Measuring measuring) {
    /** Measures without bounds. */
    public GenerationQuality(
            TrainedModel model, FeatureNetwork network, RealImages real, long samples, long seed, Measuring measuring) {
        this(model, network, real, samples, seed, Optional.empty(), measuring);
    }

    /** @throws UserException if there are fewer than 2 samples */
    public GenerationQuality {
        if (samples < 2) {
            throw new UserException("a Fréchet distance needs at least 2 samples, not " + samples);
        }
    }

    /**
     * The figures of one walk.
     *
     * @param walk in its text form: a walk, or a denoiser's ODE
     * @param nfe network function evaluations per image
     * @param frechetDistance distance between the samples and the real images
     * @param frechetDistanceBounds bounds over the samples; absent if not requested, if the features are too many to
     *     keep, and in older files
     * @param relativeToBlurred {@code frechetDistance} divided by the distance of the real images from their blur.
     *     Below 1, samples are closer to real images than slightly soft copies of them are
     * @param accuracy share of the samples whose class, predicted by the feature network, is the requested one; absent
     *     for a model without classes, and if the feature network has other classes than the real images
     * @param agreement {@code accuracy} divided by the accuracy on the real images
     * @param highestFrequency power of the samples where pixels alternate, divided by that of the real images: 1 if
     *     they are equal; absent in older files
     */
    public record Figures(
            String walk,
            int nfe,
            double frechetDistance,
            Optional<Bounds> frechetDistanceBounds,
            double relativeToBlurred,
            Optional<Double> accuracy,
            Optional<Double> agreement,
            Optional<HighestFrequency> highestFrequency) {}

    /**
     * Generates along a path and measures the samples.
     *
     * @throws UserException if the path does not lead from noise to images or is not for this kind of model, or the
     *     model's images do not fit the feature network
     */
    public Figures of(SamplingPath path) {
        requireGenerating(path);
        PathSampler.require(path, model.config());
        Gathering gathering = gathering();
        new GeneratedImages(model, samples, seed, measuring).along(path, List.of(gathering));
        return gathering.figures(path);
    }

    Gathering gathering() {
        return new Gathering();
    }

    /** Gathers the feature network's responses to generated images, batch by batch. */
    final class Gathering implements GeneratedImages.Receiver {
        private final FeatureGathering features = new FeatureGathering(network, real, samples, bootstrap);
        private final HighestFrequency.Sum spectrum = new HighestFrequency.Sum();
        private long right;

        private Gathering() {}

        @Override
        public List<Tensor> measure(Tensor images, Optional<Tensor> labels) {
            Responses responses = network.responses(Pixels.toSignal(images));
            long agreeing = labels.map(responses::agreeing).orElse(0L);
            return List.of(images, responses.features(), HostTensors.ofLongs(new long[] {agreeing}, 1));
        }

        @Override
        public void take(Iterator<Tensor> measured) {
            spectrum.add(Pixels.toSignal(measured.next()));
            features.add(measured.next());
            right += measured.next().item_long();
        }

        /** The figures of the images, which were generated along {@code path}. */
        Figures figures(SamplingPath path) {
            double distance = features.distance();
            double accuracy = (double) right / features.count();
            Optional<Double> accuracyOfReal =
                    real.accuracy().filter(share -> model.config().network().classes() > 0);
            return new Figures(
                    path.toString(),
                    path.nfe(),
                    distance,
                    features.bounds(distance),
                    distance / real.blurredDistance(),
                    accuracyOfReal.map(share -> accuracy),
                    accuracyOfReal.map(share -> accuracy / share),
                    Optional.of(spectrum.power().over(real.highestFrequency())));
        }
    }

    static void requireGenerating(SamplingPath path) {
        if (path.start() == 0 || path.end() != 0) {
            throw new UserException("walk \"" + path + "\" does not generate images; start at noise and end at 0, as in"
                    + " \"80 > 0\"");
        }
    }
}
