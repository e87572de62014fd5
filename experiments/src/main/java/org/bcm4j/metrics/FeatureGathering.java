package org.bcm4j.metrics;

import java.util.Optional;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.features.Responses;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/** What a {@link FeatureNetwork} sees of samples while they pass by, held against real images. */
final class FeatureGathering implements GeneratedImages.Receiver {
    private final FeatureNetwork network;
    private final RealImages real;
    private final FeatureMoments moments;
    private final Optional<Bootstrap> bootstrap;
    private final HighestFrequency.Sum spectrum = new HighestFrequency.Sum();

    /** The features of all samples, if bounds are wanted and there is room. */
    private final Optional<float[]> rows;

    private int length;
    private long right;

    /**
     * @param samples how many there will be
     * @param bootstrap for bounds of the distance, if they are wanted
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

    /** How many samples there were. */
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

    /** The share of the samples whose class is the one they were labelled with. */
    double accuracy() {
        return (double) right / moments.count();
    }
}
