package org.bcm4j.metrics.samples;

import static org.bcm4j.tensor.Ops.cat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.bcm4j.data.ImageSet;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.Metric;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * The published measures of samples, on Inception features. Images are processed batch by batch. The FID and the
 * Inception Score keep only moments and sums in memory. The KID and precision and recall compare every image with every
 * other, so they keep all features.
 *
 * @param network the network whose features are compared
 * @param metrics the metrics to measure; kinds other than {@link Metric.Kind#INCEPTION} are ignored
 * @param statistics file of the real images' statistics, in the format of other tools. If it exists, the FID reads it;
 *     otherwise it is written
 */
public record InceptionEvaluation(InceptionNetwork network, Set<Metric> metrics, Optional<Path> statistics) {
    /** What a reader of the figures needs to know. */
    public static final String NOTE =
            "fid, kid, precision, recall, inception_score: features of the Inception network inception_sha256, images"
                    + " resized to 299x299 bilinearly without smoothing, as pytorch-fid does; covariances of N-1; kid"
                    + " unbiased over all pairs, kernel (x.y/2048 + 1)^3; bounds of fid and kid: 95 %, jackknife over ten random"
                    + " groups of the samples; third nearest neighbours; scores without bias,"
                    + " splits of 5,000";

    /**
     * The images in an evaluation of the network. The activations of more are so large that malloc maps them anew in each call,
     * which takes a third of the time.
     */
    public static final int BATCH = 8;

    /** The Inception Score's split size in the published evaluation. */
    private static final long SPLIT = 5000;

    /** Precision and recall need four images for third nearest neighbours. A covariance needs two. */
    private static final long FEWEST_FOR_NEIGHBOURS = 4;

    private static final long FEWEST = 2;

    public InceptionEvaluation {
        metrics = Set.copyOf(metrics);
    }

    /**
     * The figures of samples. A figure that was not requested is absent.
     *
     * @param fid Fréchet Inception distance
     * @param fidBounds bounds over the samples, by the jackknife; absent for fewer than 100 samples
     * @param kid kernel Inception distance, over all pairs
     * @param kidBounds bounds of {@code kid}, likewise
     * @param precision share of the samples within the region of the real images
     * @param recall share of the real images within the region of the samples
     * @param inceptionScore mean over splits of 5,000
     */
    public record Figures(
            Optional<Double> fid,
            Optional<Bounds> fidBounds,
            Optional<Double> kid,
            Optional<Bounds> kidBounds,
            Optional<Double> precision,
            Optional<Double> recall,
            Optional<Double> inceptionScore) {}

    /** The data of real images that the metrics need. */
    public static final class Reference {
        /** For the FID. */
        private final Optional<FeatureStatistics> statistics;
        /** [N,2048], for the other metrics. */
        private final Optional<Tensor> features;

        private final Optional<String> statisticsSha256;

        private Reference(
                Optional<FeatureStatistics> statistics, Optional<Tensor> features, Optional<String> statisticsSha256) {
            this.statistics = statistics;
            this.features = features;
            this.statisticsSha256 = statisticsSha256;
        }

        /** SHA-256 of the file from which the statistics were read, if any. */
        public Optional<String> statisticsSha256() {
            return statisticsSha256;
        }
    }

    /** Whether real images are needed because no file has all the required data. */
    public boolean needsRealImages() {
        return keepsFeatures() || (metrics.contains(Metric.FID) && kept().isEmpty());
    }

    private boolean keepsFeatures() {
        return metrics.contains(Metric.KID) || metrics.contains(Metric.PRDC);
    }

    private Optional<Path> kept() {
        return statistics.filter(Files::exists);
    }

    /**
     * Processes the real images, or reads their statistics from the file.
     *
     * @param images the real images; may be absent if none are needed
     * @param name the name of the images
     * @return its tensor belongs to the caller's scope
     * @throws UserException if images or statistics cannot be read, the statistics are of another network's features, or
     *     the images are too few
     */
    public Reference reference(Optional<ImageSet> images, String name, Measuring measuring) {
        boolean fid = metrics.contains(Metric.FID);
        Optional<FeatureStatistics> read = kept().filter(file -> fid)
                .map(file -> FeatureStatistics.read(file).requireLength(network.dimension(), file));
        Optional<String> sha256 = kept().filter(file -> fid).map(Checksum::sha256);
        if (!needsRealImages()) {
            return new Reference(read, Optional.empty(), sha256);
        }
        ImageSet real = images.orElseThrow(() -> new IllegalArgumentException("real images are needed"));
        Set<Metric> ofReal = EnumSet.noneOf(Metric.class);
        ofReal.addAll(metrics);
        ofReal.remove(Metric.IS);
        if (read.isPresent()) {
            ofReal.remove(Metric.FID);
        }
        Gathering gathering = new InceptionEvaluation(network, ofReal, Optional.empty()).new Gathering(1);
        gathering.takeAll(real, name, measuring);
        requireEnough(gathering.count, name);
        Optional<FeatureStatistics> found =
                read.or(() -> gathering.moments.map(all -> FeatureStatistics.of(all.all())));
        if (read.isEmpty()) {
            found.filter(ready -> measuring.work().isFirst()).ifPresent(ready -> statistics.ifPresent(ready::write));
        }
        return new Reference(found, keepsFeatures() ? Optional.of(gathering.features()) : Optional.empty(), sha256);
    }

    /**
     * Measures a set of samples.
     *
     * @param name the name of the samples
     * @throws UserException if images cannot be read, or are too few
     */
    public Figures of(ImageSet samples, String name, Reference reference, Measuring measuring) {
        Gathering gathering = gathering();
        gathering.takeAll(samples, name, measuring);
        return gathering.figures(name, reference);
    }

    private void requireEnough(long count, String name) {
        long fewest = metrics.contains(Metric.PRDC) ? FEWEST_FOR_NEIGHBOURS : FEWEST;
        if (count < fewest) {
            throw new UserException(
                    name + ": the measures asked for need at least " + fewest + " images, not " + count);
        }
    }

    /** Gathers samples that do not come as a set, such as those that a model generates. */
    public Gathering gathering() {
        return new Gathering(Jackknife.GROUPS);
    }

    /** Gathers the data of images as batches arrive. Not for concurrent use. */
    public final class Gathering {
        private final Optional<GroupedMoments> moments;
        private final Optional<InceptionScore> score =
                metrics.contains(Metric.IS) ? Optional.of(new InceptionScore(SPLIT)) : Optional.empty();
        /** Owned by this object until {@link #features} is called. */
        private final List<Tensor> kept = new ArrayList<>();

        private long count;

        /** @param groups the number of groups of moments: the jackknife's, or 1 if no bounds are requested */
        private Gathering(int groups) {
            moments = metrics.contains(Metric.FID)
                    ? Optional.of(new GroupedMoments(network.dimension(), groups))
                    : Optional.empty();
        }

        private void takeAll(ImageSet images, String name, Measuring measuring) {
            measuring.batches("Inception, " + name, images, this::features, this::take);
        }

        /**
         * What {@link #take} adds for a batch.
         *
         * @param images uint8 [B,C,H,W]
         * @return the network's features, [B,2048]
         */
        public List<Tensor> features(Tensor images) {
            List<Tensor> features = new ArrayList<>();
            for (long start = 0; start < images.size(0); start += BATCH) {
                Tensor some = images.narrow(0, start, Math.min(BATCH, images.size(0) - start));
                features.add(Scope.returning(() -> network.features(some)));
            }
            return List.of(cat(0, features.toArray(Tensor[]::new)));
        }

        /** Adds what {@link #features(Tensor)} returned for a batch. */
        public void take(Iterator<Tensor> measured) {
            Tensor features = measured.next();
            moments.ifPresent(sums -> sums.add(features));
            score.ifPresent(sums -> sums.add(network.probabilities(features)));
            if (keepsFeatures()) {
                kept.add(Scope.own(features));
            }
            count += features.size(0);
        }

        /** All features, [N,2048], in the caller's scope. Can be called once. */
        private Tensor features() {
            Tensor all = cat(0, kept.toArray(Tensor[]::new));
            kept.forEach(Tensor::releaseReference);
            kept.clear();
            return all;
        }

        /**
         * The figures of all images. Can be called once.
         *
         * @param name the name of the images
         * @throws UserException if there are too few images
         */
        public Figures figures(String name, Reference reference) {
            requireEnough(count, name);
            try (Scope scope = Scope.open()) {
                Optional<Tensor> found = keepsFeatures() ? Optional.of(features()) : Optional.empty();
                Optional<PrecisionRecall> region = found.filter(all -> metrics.contains(Metric.PRDC))
                        .flatMap(all -> reference.features.map(real -> PrecisionRecall.of(real, all)));
                Optional<Double> fid = moments.flatMap(own -> reference.statistics.map(
                        real -> FeatureStatistics.of(own.all()).distanceTo(real)));
                Optional<KernelDistance.Estimate> kid = found.filter(all -> metrics.contains(Metric.KID))
                        .flatMap(all -> reference.features.map(real -> KernelDistance.estimate(all, real)));
                return new Figures(
                        fid,
                        fid.flatMap(distance -> fidBounds(reference, distance)),
                        kid.map(KernelDistance.Estimate::distance),
                        kid.flatMap(KernelDistance.Estimate::bounds),
                        region.map(PrecisionRecall::precision),
                        region.map(PrecisionRecall::recall),
                        score.map(InceptionScore::value));
            }
        }

        /** Bounds of the FID. A distance is at least 0, so the lower bound is too. */
        private Optional<Bounds> fidBounds(Reference reference, double distance) {
            return moments.filter(own -> count >= Jackknife.FEWEST)
                    .flatMap(own -> reference.statistics.map(real -> {
                        Bounds bounds = Jackknife.bounds(
                                distance,
                                IntStream.range(0, Jackknife.GROUPS)
                                        .mapToDouble(group -> FeatureStatistics.of(own.without(group))
                                                .distanceTo(real))
                                        .toArray());
                        return new Bounds(Math.max(0, bounds.low()), bounds.high());
                    }));
        }
    }
}
