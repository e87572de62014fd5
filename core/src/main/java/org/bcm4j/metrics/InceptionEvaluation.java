package org.bcm4j.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The published measures of a set of samples, in Inception features: FID, KID, precision and recall, Inception Score. Images are looked at
 * batch by batch; of each only its features stay in memory.
 */
public record InceptionEvaluation(InceptionNetwork network, MeasuringListener listener) {
    private static final int BATCH = 32;

    /** The Inception Score's splits in the published evaluation. */
    private static final long SPLIT = 5000;

    /**
     * What was measured.
     *
     * @param samples the path of the samples
     * @param sampleCount how many there were
     * @param reference the path of the real images or of their statistics
     * @param inceptionSha256 of the file of the network's weights
     * @param fid Fréchet Inception distance
     * @param kid kernel Inception distance, over all pairs; absent if the reference is statistics
     * @param precision absent if the reference is statistics
     * @param recall absent if the reference is statistics
     * @param inceptionScore over splits of 5,000
     */
    public record Report(
            String samples,
            long sampleCount,
            String reference,
            String inceptionSha256,
            double fid,
            Optional<Double> kid,
            Optional<Double> precision,
            Optional<Double> recall,
            double inceptionScore) {}

    /**
     * Measures.
     *
     * @param samples a folder of pictures, or an {@code .npz} file of images
     * @param reference likewise, or an {@code .npz} file of statistics, which gives the FID only
     * @param keep where to store the statistics of the reference, if anywhere
     */
    public Report run(Path samples, Path reference, Optional<Path> keep) {
        try (Scope scope = Scope.open()) {
            Optional<Tensor> real = isStatistics(reference)
                    ? Optional.empty()
                    : Optional.of(features(ImageSet.at(reference), reference));
            FeatureStatistics known =
                    real.map(InceptionEvaluation::statistics).orElseGet(() -> FeatureStatistics.read(reference));
            keep.ifPresent(known::write);
            Tensor found = features(ImageSet.at(samples), samples);
            Optional<PrecisionRecall> region = real.map(features -> PrecisionRecall.of(features, found));
            return new Report(
                    samples.toString(),
                    found.size(0),
                    reference.toString(),
                    network.sha256(),
                    statistics(found).distanceTo(known),
                    real.map(features -> KernelDistance.between(found, features)),
                    region.map(PrecisionRecall::precision),
                    region.map(PrecisionRecall::recall),
                    InceptionScore.of(network.probabilities(found), SPLIT));
        }
    }

    private static boolean isStatistics(Path file) {
        if (Files.isDirectory(file) || !file.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
            return false;
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = NumpyFiles.readNpz(file);
            return arrays.containsKey("mu") && arrays.containsKey("sigma");
        }
    }

    private static FeatureStatistics statistics(Tensor features) {
        FeatureMoments moments = new FeatureMoments(Math.toIntExact(features.size(1)));
        moments.add(features);
        return FeatureStatistics.of(moments);
    }

    /** [N,2048], in the caller's scope. */
    private Tensor features(ImageSet images, Path path) {
        return Scope.returning(() -> {
            List<Tensor> batches = new ArrayList<>();
            long count = images.count();
            AtomicLong done = new AtomicLong();
            images.forEachBatch(BATCH, batch -> {
                batches.add(Scope.own(network.features(batch)));
                listener.measured(path.toString(), done.addAndGet(batch.size(0)), count);
            });
            Tensor all = torch.cat(new TensorVector(batches.toArray(Tensor[]::new)), 0);
            batches.forEach(Tensor::releaseReference);
            return all;
        });
    }
}
