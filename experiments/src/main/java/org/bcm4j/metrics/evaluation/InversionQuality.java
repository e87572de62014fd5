package org.bcm4j.metrics.evaluation;

import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.noise.NoiseQuality;
import org.bcm4j.metrics.noise.NoiseRecovery;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.pixels.StructuralSimilarity;
import org.bcm4j.metrics.statistics.Bootstrap;
import org.bcm4j.metrics.statistics.Bounds;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;

/**
 * How well a model inverts along a path. Real images go to noise, and images are generated from that noise again: by a
 * consistency model in one evaluation, by a denoiser along the same ODE in the other direction. The noise that a walk
 * adds comes from one seed: walks are compared on common random numbers.
 *
 * @param images real images
 * @param count the number of images to use, from the first
 * @param seed seeds the noise that walks add
 * @param bootstrap gives bounds of the figures, if wanted
 * @param noise whether to measure if the noise is noise, which takes some seconds for each path
 */
public record InversionQuality(
        TrainedModel model,
        LabelledImages images,
        long count,
        long seed,
        Optional<Bootstrap> bootstrap,
        boolean noise,
        Measuring measuring) {

    /** Measures without bounds and without figures of the noise. */
    public InversionQuality(TrainedModel model, LabelledImages images, long count, long seed, Measuring measuring) {
        this(model, images, count, seed, Optional.empty(), false, measuring);
    }

    /** The labels that the model receives, in both directions. */
    public enum Labels {
        /** The true class of each image. */
        TRUE,
        /** No class. */
        NULL
    }

    /**
     * The figures of one path.
     *
     * @param walk the inversion, in its text form: a walk, or a denoiser's ODE
     * @param nfe network function evaluations of the inversion, per image
     * @param labels the labels that the model received
     * @param regeneration the path back, in its text form
     * @param regenerationNfe network function evaluations of the path back; absent in older files, where it is 1
     * @param meanSquaredError error of the reconstructions, per pixel value on [0,1]
     * @param peakSignalToNoise PSNR of that error, in decibels; absent if there was no error
     * @param structuralSimilarity mean SSIM of the reconstructions; absent for images smaller than its window, and in
     *     older files
     * @param meanSquaredErrorBounds bounds over the images; absent, like all bounds, if not requested and in older
     *     files
     * @param peakSignalToNoiseBounds bounds of {@code peakSignalToNoise}, derived from those of the error
     * @param structuralSimilarityBounds bounds of {@code structuralSimilarity}
     * @param noiseMean mean of the noise found, divided by the noise scale at which the path ends: 0 for the noise from
     *     which generation starts
     * @param noiseStandardDeviation standard deviation of the same: 1 for the noise from which generation starts
     * @param noise whether the noise is noise; absent if not requested, for paths that end below T, and in older files
     * @param recovery whether inversion recovers the noise from which an image was generated; absent in the same cases
     *     as {@code noise}
     */
    public record Figures(
            String walk,
            int nfe,
            Labels labels,
            String regeneration,
            OptionalInt regenerationNfe,
            double meanSquaredError,
            Optional<Bounds> meanSquaredErrorBounds,
            Optional<Double> peakSignalToNoise,
            Optional<Bounds> peakSignalToNoiseBounds,
            Optional<Double> structuralSimilarity,
            Optional<Bounds> structuralSimilarityBounds,
            double noiseMean,
            double noiseStandardDeviation,
            Optional<NoiseQuality> noise,
            Optional<NoiseRecovery> recovery) {}

    /** Sums over batches. */
    private static final class Sums {
        private final double[] errors;
        private final double[] similarities;
        private double noise;
        private double noiseSquares;
        private long noiseValues;
        private int done;

        /** What {@link #take} adds for a batch. */
        static List<Tensor> measure(Tensor originals, Tensor back, Tensor noises, boolean withSimilarity) {
            double[] errors = ReconstructionError.perImage(originals, back);
            double[] similarities = withSimilarity ? StructuralSimilarity.perImage(originals, back) : new double[0];
            double[] sums = sums(noises);
            return List.of(
                    HostTensors.ofDoubles(errors, errors.length),
                    HostTensors.ofDoubles(similarities, similarities.length),
                    HostTensors.ofDoubles(sums, sums.length));
        }

        /** Sum, sum of squares and number. libtorch's own sums depend on its number of threads. */
        private static double[] sums(Tensor noises) {
            double sum = 0;
            double squares = 0;
            float[] values = HostTensors.floats(noises);
            for (float value : values) {
                sum += value;
                squares += (double) value * value;
            }
            return new double[] {sum, squares, values.length};
        }

        Sums(int count, boolean withSimilarity) {
            errors = new double[count];
            similarities = new double[withSimilarity ? count : 0];
        }

        void take(Iterator<Tensor> measured) {
            double[] ofBatch = HostTensors.doubles(measured.next());
            System.arraycopy(ofBatch, 0, errors, done, ofBatch.length);
            double[] alike = HostTensors.doubles(measured.next());
            System.arraycopy(alike, 0, similarities, alike.length == 0 ? 0 : done, alike.length);
            double[] sums = HostTensors.doubles(measured.next());
            noise += sums[0];
            noiseSquares += sums[1];
            noiseValues += (long) sums[2];
            done += ofBatch.length;
        }
    }

    /**
     * Inverts along a path, regenerates, and measures.
     *
     * @throws UserException if the path does not lead from images to noise or is not for this kind of model; or if the
     *     model does not take the images or the labels, or gives values that are not finite
     */
    public Figures of(SamplingPath path, Labels labels) {
        requireInverting(path);
        PathSampler.require(path, model.config());
        Evaluation.requireFit(model.config(), images, "the data");
        boolean withSimilarity = StructuralSimilarity.fits(images.height(), images.width());
        Sums sums = new Sums(Math.toIntExact(count), withSimilarity);
        Optional<NoiseQuality.Gathering> gathering = noise && path.end() == SIGMA_MAX
                ? Optional.of(new NoiseQuality.Gathering(images, count))
                : Optional.empty();
        measuring.batches(
                path + ", " + labels.name().toLowerCase(Locale.ROOT) + " labels",
                count,
                indices -> {
                    Tensor originals = model.device().move(images.images(indices));
                    PathSampler journey = new PathSampler(
                            model, told(labels, indices), ImageNoise.from(seed, indices[0], model.device()));
                    Tensor point = journey.from(path, originals).x();
                    Tensor back = journey.from(path.toImages(), point).x();
                    Tensor noises = point.div(scalar(path.end()));
                    Stream<Tensor> kept =
                            gathering.filter(wanted -> wanted.keeps(indices[0])).map(wanted -> noises).stream();
                    return Stream.concat(Sums.measure(originals, back, noises, withSimilarity).stream(), kept)
                            .toList();
                },
                (indices, measured) -> {
                    sums.take(measured);
                    gathering.filter(wanted -> wanted.keeps(indices[0])).ifPresent(kept -> kept.add(measured.next()));
                });
        requireFinite(path, sums);
        return figures(
                path,
                labels,
                sums,
                gathering.map(kept -> kept.quality(seed)),
                gathering.map(kept -> NoiseRecovery.of(model, path, labels == Labels.TRUE, count, seed, measuring)));
    }

    private static void requireFinite(SamplingPath path, Sums sums) {
        if (!Double.isFinite(mean(sums.errors) + sums.noiseSquares)) {
            throw new UserException("\"" + path + "\" leads this model to values that are not finite; train it again");
        }
    }

    private Figures figures(
            SamplingPath path,
            Labels labels,
            Sums sums,
            Optional<NoiseQuality> quality,
            Optional<NoiseRecovery> recovery) {
        double error = mean(sums.errors);
        double noiseMean = sums.noise / sums.noiseValues;
        double noiseMeanSquare = sums.noiseSquares / sums.noiseValues;
        boolean withSimilarity = sums.similarities.length > 0;
        Optional<Bounds> errorBounds = bootstrap.map(resampling -> resampling.mean(sums.errors));
        return new Figures(
                path.toString(),
                path.nfe(),
                labels,
                path.toImages().toString(),
                OptionalInt.of(path.toImages().nfe()),
                error,
                errorBounds,
                error == 0 ? Optional.empty() : Optional.of(ReconstructionError.peakSignalToNoise(error)),
                errorBounds.filter(bounds -> bounds.low() > 0).map(InversionQuality::decibels),
                withSimilarity ? Optional.of(mean(sums.similarities)) : Optional.empty(),
                bootstrap.filter(wanted -> withSimilarity).map(resampling -> resampling.mean(sums.similarities)),
                noiseMean,
                Math.sqrt(noiseMeanSquare - noiseMean * noiseMean),
                quality,
                recovery);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** PSNR falls monotonically as the error rises, so quantiles of one are quantiles of the other. */
    private static Bounds decibels(Bounds error) {
        return new Bounds(
                ReconstructionError.peakSignalToNoise(error.high()),
                ReconstructionError.peakSignalToNoise(error.low()));
    }

    private Optional<Tensor> told(Labels labels, long[] indices) {
        return switch (labels) {
            case TRUE -> Optional.of(model.device().move(images.labels(indices)));
            case NULL -> Optional.empty();
        };
    }

    static void requireInverting(SamplingPath path) {
        if (path.start() != 0 || path.end() == 0) {
            throw new UserException("walk \"" + path + "\" does not invert images; start at 0 and end at noise, as in"
                    + " \"0 +0.07 > 6 > 80\"");
        }
    }
}
