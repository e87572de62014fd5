package org.bcm4j.metrics.evaluation;

import java.util.List;
import java.util.Optional;
import org.bcm4j.data.ImageSet;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.images.Pixels;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.samples.FeatureGathering;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;

/**
 * Measures samples in files, from any source, against real images.
 *
 * @param features the feature network that measures the samples, if wanted
 * @param inception the Inception network's measures of the samples, if wanted
 * @param seed seeds the bootstrap
 */
public record SampleEvaluation(Optional<FeatureNetwork> features, Optional<InceptionEvaluation> inception, long seed) {
    private static final long FEWEST = 2;

    /**
     * Images with a name.
     *
     * @param name a path, or a data set and its division
     */
    public record Named(ImageSet images, String name) {}

    /** Whether real images are needed. If not, the file of statistics has all the required data. */
    public boolean needsRealImages() {
        return features.isPresent()
                || inception.filter(InceptionEvaluation::needsRealImages).isPresent();
    }

    /**
     * Measures the samples.
     *
     * @param real absent if none are needed
     * @throws UserException if images cannot be read, do not fit the feature network or are too few
     */
    public SampleReport run(Named samples, Optional<Named> real, Measuring measuring) {
        // The reference tensors live as long as this scope.
        try (Scope scope = Scope.open()) {
            Optional<SampleReport.FeatureFigures> ofFeatures =
                    features.flatMap(network -> real.map(known -> figures(network, samples, known, measuring)));
            String data = real.map(Named::name)
                    .or(() -> inception.flatMap(InceptionEvaluation::statistics).map(Object::toString))
                    .orElse("nothing");
            Optional<InceptionEvaluation.Reference> reference =
                    inception.map(measure -> measure.reference(real.map(Named::images), data, measuring));
            Optional<InceptionEvaluation.Figures> ofInception = inception.flatMap(
                    measure -> reference.map(known -> measure.of(samples.images(), samples.name(), known, measuring)));
            return new SampleReport(
                    new SampleReport.Protocol(
                            samples.name(),
                            samples.images().count(),
                            data,
                            real.map(known -> known.images().count()),
                            seed,
                            features.map(FeatureNetwork::sha256),
                            inception.map(measure -> measure.network().sha256()),
                            reference
                                    .flatMap(InceptionEvaluation.Reference::statisticsSha256)
                                    .flatMap(taken -> inception.flatMap(InceptionEvaluation::statistics))
                                    .map(Object::toString),
                            reference.flatMap(InceptionEvaluation.Reference::statisticsSha256),
                            List.of(Evaluation.DISTANCE_NOTE, InceptionEvaluation.NOTE)),
                    ofFeatures,
                    ofInception);
        }
    }

    private SampleReport.FeatureFigures figures(
            FeatureNetwork network, Named samples, Named real, Measuring measuring) {
        requireEnough(samples);
        requireEnough(real);
        RealImages known = RealImages.measure(network, real.images(), measuring);
        long count = samples.images().count();
        FeatureGathering gathering = new FeatureGathering(network, known, count, Optional.of(new Bootstrap(seed)));
        measuring.batches(
                samples.name(),
                samples.images(),
                batch -> List.of(network.responses(Pixels.toSignal(batch)).features()),
                measured -> gathering.add(measured.next()));
        double distance = gathering.distance();
        return new SampleReport.FeatureFigures(
                distance, gathering.bounds(distance), distance / known.blurredDistance());
    }

    private static void requireEnough(Named images) {
        if (images.images().count() < FEWEST) {
            throw new UserException(images.name() + ": a Fréchet distance needs at least " + FEWEST + " images");
        }
    }
}
