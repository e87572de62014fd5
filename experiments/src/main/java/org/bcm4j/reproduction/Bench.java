package org.bcm4j.reproduction;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.bcm4j.data.Batches;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/** The tools with which stages measure: the trained models, the images, the feature network. Not for concurrent use. */
public final class Bench {
    /** Enough to estimate the statistics of training images. */
    private static final long MOST_TRAINING_IMAGES = 10_000;

    private final TrainingConfig config;
    private final Path work;
    private final Path report;
    private final FeatureNetwork features;
    private final Measuring measuring;
    private final LabelledImages test;
    private Optional<LabelledImages> training = Optional.empty();
    private Optional<RealImages> realTest = Optional.empty();
    private Optional<RealImages> realTraining = Optional.empty();
    private Optional<TunedWalks.Result> walks = Optional.empty();

    Bench(TrainingConfig config, Path work, Path report, FeatureNetwork features, MeasuringListener listener) {
        this.config = config;
        this.work = work;
        this.report = report;
        this.features = features;
        this.measuring = Measuring.alone(listener);
        this.test = config.data().test().mixed();
    }

    Device device() {
        return config.device().orElseGet(Device::best).require();
    }

    Precision precision() {
        return config.precision().orElseGet(() -> Precision.fastestOn(device()));
    }

    FeatureNetwork features() {
        return features;
    }

    Measuring measuring() {
        return measuring;
    }

    private Path folder(Run run) {
        return work.resolve(run.title()).resolve("model");
    }

    /** Opens a run's model. The caller closes it. */
    TrainedModel open(Run run) {
        return TrainedModel.open(folder(run), device(), precision());
    }

    /** Writes a sheet of images, [N,C,H,W] in [-1,1], into the report folder. */
    void picture(String name, Tensor images, int columns) {
        byte[] png =
                ImageFiles.png(ImageGrid.ofColumns(columns).withMagnification(2).draw(images));
        AtomicFile.write(report.resolve(name + ".png"), out -> out.write(png));
    }

    /** Opens EDM's denoiser. The caller closes it. */
    TrainedModel openDenoiser() {
        return TrainedModel.open(folder(Run.EDM), device(), precision());
    }

    /** Images that are used for neither training nor tuning. */
    LabelledImages test() {
        return test;
    }

    /** Images for tuning. */
    LabelledImages training() {
        if (training.isEmpty()) {
            training = Optional.of(config.data().training().mixed());
        }
        return training.get();
    }

    /** The feature network's figures of all test images. */
    RealImages realTest() {
        if (realTest.isEmpty()) {
            realTest = Optional.of(RealImages.measure(features, test, test.size(), measuring));
        }
        return realTest.get();
    }

    /** The feature network's figures of training images. */
    RealImages realTraining() {
        if (realTraining.isEmpty()) {
            long count = Math.min(MOST_TRAINING_IMAGES, training().size());
            realTraining = Optional.of(RealImages.measure(features, training(), count, measuring));
        }
        return realTraining.get();
    }

    /** The tuned walks. The stage that tunes them always runs first. */
    TunedWalks.Result walks() {
        return walks.orElseThrow();
    }

    /** The tuned walks, if there are any yet. */
    Optional<TunedWalks.Result> tuned() {
        return walks;
    }

    void walks(TunedWalks.Result tuned) {
        walks = Optional.of(tuned);
    }

    /** The labels that a model receives when it inverts images: the true ones if it has classes. */
    static InversionQuality.Labels labels(TrainedModel model) {
        return model.config().network().classes() > 0 ? InversionQuality.Labels.TRUE : InversionQuality.Labels.NULL;
    }

    /** The Fréchet distance of a model's samples from test images, divided by that of blurred images, over seeds. */
    ConfidenceInterval generation(TrainedModel model, Walk walk, long samples, int seeds) {
        return over(
                seeds,
                seed -> new GenerationQuality(model, features, realTest(), samples, seed, measuring)
                        .of(walk)
                        .relativeToBlurred());
    }

    /**
     * The mean squared error on [0,1] of test images that are inverted and regenerated, over seeds. Each seed uses its
     * own images.
     */
    ConfidenceInterval reconstruction(TrainedModel model, SamplingPath inversion, long images, int seeds) {
        return over(
                seeds,
                seed -> new InversionQuality(model, testImages(seed, images), images, seed, measuring)
                        .of(inversion, labels(model))
                        .meanSquaredError());
    }

    /**
     * The noises to which images are inverted.
     *
     * @param initial gives the source of the noise that a walk adds to a batch; its argument is the number of the
     *     batch's first image
     * @return float32 [N,C,H,W], divided by the noise scale at which the path ends; belongs to the caller's scope
     */
    Tensor noises(
            TrainedModel model, SamplingPath inversion, LabelledImages images, LongFunction<NoiseSource> initial) {
        return Scope.returning(() -> {
            List<Tensor> parts = new ArrayList<>();
            for (long[] indices : Batches.of(images.size())) {
                parts.add(Scope.returning(() -> {
                    Optional<Tensor> told = labels(model) == InversionQuality.Labels.TRUE
                            ? Optional.of(device().move(images.labels(indices)))
                            : Optional.empty();
                    return new PathSampler(model, told, initial.apply(indices[0]))
                            .from(inversion, device().move(images.images(indices)))
                            .x()
                            .div(scalar(inversion.end()));
                }));
                measuring.listener().measured("inverting, " + inversion, indices[0] + indices.length, images.size());
            }
            return cat(0, parts.toArray(Tensor[]::new));
        });
    }

    static ConfidenceInterval over(int seeds, LongToDoubleFunction figure) {
        return ConfidenceInterval.of(
                LongStream.range(0, seeds).mapToDouble(figure).toArray());
    }

    /** The {@code count} test images of a seed. Seeds have different images ({@link ReproductionConfig.Measuring} sees to it). */
    LabelledImages testImages(long seed, long count) {
        long[] indices = LongStream.range(seed * count, (seed + 1) * count)
                .map(i -> i % test.size())
                .toArray();
        try (Scope scope = Scope.open()) {
            int[] labels = LongStream.of(HostTensors.longs(test.labels(indices)))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            return new LabelledImages(
                    HostTensors.bytes(test.bytes(indices)),
                    labels,
                    test.channels(),
                    test.height(),
                    test.width(),
                    test.classNames());
        }
    }
}
