package org.bcm4j.metrics.samples;

import java.util.Optional;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Gathers the features of images, of a {@link FeatureNetwork}, batch by batch, and compares the images with real ones.
 * Not for concurrent use.
 */
public final class FeatureGathering {
    /** The most numbers kept for resampling: 64 MiB as float32. */
    private static final long MOST_NUMBERS = 1L << 24;

    private final RealImages real;
    private final FeatureMoments moments;
    private final Optional<Bootstrap> bootstrap;

    /** The features of all images, if bounds are wanted and the features fit in memory. */
    private final Optional<float[]> rows;

    private int length;

    /** For images whose distance needs no bounds. */
    public FeatureGathering(FeatureNetwork network, RealImages real) {
        this(network, real, 0, Optional.empty());
    }

    /**
     * For images whose distance may need bounds.
     *
     * @param count the total number of images
     * @param bootstrap gives bounds of the distance, if wanted
     */
    public FeatureGathering(FeatureNetwork network, RealImages real, long count, Optional<Bootstrap> bootstrap) {
        this.real = real;
        this.moments = new FeatureMoments(network.config().features());
        this.bootstrap = bootstrap;
        long numbers = count * network.config().features();
        this.rows =
                bootstrap.filter(wanted -> numbers <= MOST_NUMBERS).map(wanted -> new float[Math.toIntExact(numbers)]);
    }

    /**
     * Adds a batch.
     *
     * @param features the network's, float32 [B,D]
     */
    public void add(Tensor features) {
        moments.add(features);
        rows.ifPresent(all -> {
            float[] batch = HostTensors.floats(features);
            System.arraycopy(batch, 0, all, length, batch.length);
            length += batch.length;
        });
    }

    /** The number of images so far. */
    public long count() {
        return moments.count();
    }

    /**
     * The Fréchet distance of the images from the real ones.
     *
     * @throws IllegalStateException if there were fewer than two images
     */
    public double distance() {
        return FrechetDistance.between(moments, real.moments());
    }

    /**
     * Bounds of the distance over the images; absent if not wanted, or if the features are too many to keep.
     *
     * @param distance the {@link #distance} of all images
     */
    public Optional<Bounds> bounds(double distance) {
        return bootstrap.flatMap(
                resampling -> rows.map(all -> ResampledDistance.bounds(resampling, all, real.moments(), distance)));
    }
}
