package org.bcm4j.metrics;

import java.util.Optional;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/** Gathers the responses of a {@link FeatureNetwork} to samples, batch by batch, and compares them with real images. */
final class FeatureGathering implements GeneratedImages.Receiver {
    private final FeatureNetwork network;
    private final RealImages real;
    private final FeatureMoments moments;
    private final Optional<Bootstrap> bootstrap;
    private final HighestFrequency.Sum spectrum = new HighestFrequency.Sum();

    /** The features of all samples, if bounds are wanted and the features fit in memory. */
    private final Optional<float[]> rows;

    private int length;
    private long right;

    /**
     * @param samples the total number of samples
     * @param bootstrap gives bounds of the distance, if wanted
     */
    FeatureGathering(FeatureNetwork network, RealImages real, long samples, Optional<Bootstrap> bootstrap) {
        this.network = network;
        this.real = real;
        this.moments = new FeatureMoments(network.config().features());
        this.bootstrap = bootstrap;
        long numbers = samples * network.config().features();
        this.rows = bootstrap
                .filter(wanted -> numbers <= Bootstrap.MOST_NUMBERS)
                .map(wanted -> new float[Math.toIntExact(numbers)]);
    }

    @Override
    public void take(Tensor images, Optional<Tensor> labels) {
        Tensor signal = Pixels.toSignal(images);
        spectrum.add(signal);
        Responses responses = network.responses(signal);
        moments.add(responses.features());
        rows.ifPresent(all -> {
            float[] batch = HostTensors.floats(responses.features());
            System.arraycopy(batch, 0, all, length, batch.length);
            length += batch.length;
        });
        right += labels.map(responses::agreeing).orElse(0L);
    }

    /** The number of samples so far. */
    long count() {
        return moments.count();
    }

    /** The Fréchet distance of the samples from the real images. */
    double distance() {
        return FrechetDistance.between(moments, real.moments());
    }

    /** The power of the samples where pixels alternate. */
    HighestFrequency highestFrequency() {
        return spectrum.power();
    }

    Optional<Bounds> bounds(double distance) {
        return bootstrap.flatMap(resampling -> rows.map(all -> resampling.distance(all, real.moments(), distance)));
    }

    /** The share of the samples whose predicted class is their label. */
    double accuracy() {
        return (double) right / moments.count();
    }
}
