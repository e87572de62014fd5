package org.bcm4j.metrics;

import java.util.Locale;
import java.util.Optional;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * How well a model inverts along a walk: real images are walked to noise, and images made of that noise again in one
 * evaluation. The noise that a walk adds comes from one seed: walks are compared on common random numbers.
 *
 * @param images real images
 * @param count how many of them, from the first
 * @param seed seeds the noise that walks add
 */
public record InversionQuality(
        ConsistencyModel model, LabelledImages images, long count, long seed, MeasuringListener listener) {

    /** Which labels the model is told, both on the way to the noise and back. */
    public enum Labels {
        /** The class that each image is of. */
        TRUE,
        /** No class. */
        NULL
    }

    /**
     * What was measured.
     *
     * @param walk the inversion, in its text form
     * @param nfe network function evaluations of the inversion, per image
     * @param labels which labels the model was told
     * @param regeneration the walk back, in its text form
     * @param meanSquaredError of the reconstructions, per pixel value on [0,1]
     * @param peakSignalToNoise of that error, in decibels; absent if there was no error
     * @param noiseMean mean of the noise found, divided by the noise scale at which the walk ends: 0 if it is the noise
     *     that generation starts from
     * @param noiseStandardDeviation likewise: 1
     */
    public record Figures(
            String walk,
            int nfe,
            Labels labels,
            String regeneration,
            double meanSquaredError,
            Optional<Double> peakSignalToNoise,
            double noiseMean,
            double noiseStandardDeviation) {}

    /**
     * Inverts along a walk, regenerates, and measures.
     *
     * @throws UserException if the walk does not lead from images to noise, the model does not take the images or the
     *     labels, or gives values that are not finite
     */
    public Figures of(Walk walk, Labels labels) {
        requireInverting(walk);
        requireFit();
        ReconstructionError error = new ReconstructionError();
        double sum = 0;
        double squares = 0;
        long values = 0;
        long done = 0;
        try (SeededGenerator added = new SeededGenerator(seed, model.device())) {
            for (long[] indices : Batches.of(count)) {
                try (Scope scope = Scope.open()) {
                    Tensor originals = model.device().move(images.images(indices));
                    Optional<Tensor> told = told(labels, indices);
                    Walker walker = new Walker((x, t, u) -> model.traverse(x, t, u, told), added::normal);
                    Tensor point = walker.from(walk, originals).x();
                    error.add(originals, model.traverse(point, walk.end(), NoiseScales.SIGMA_MIN, told));
                    Tensor noise = point.div(new Scalar(walk.end()));
                    sum += noise.sum().item_double();
                    squares += noise.square().sum().item_double();
                    values += noise.numel();
                }
                done += indices.length;
                listener.measured(walk + ", " + labels.name().toLowerCase(Locale.ROOT) + " labels", done, count);
            }
        }
        return figures(walk, labels, error.meanSquared(), sum / values, squares / values);
    }

    private static Figures figures(Walk walk, Labels labels, double error, double mean, double meanSquare) {
        if (!Double.isFinite(error + meanSquare)) {
            throw new UserException(
                    "walk \"" + walk + "\" leads this model to values that are not finite; train it again");
        }
        return new Figures(
                walk.toString(),
                walk.nfe(),
                labels,
                Walk.parse(walk.end() + " > 0").toString(),
                error,
                error == 0 ? Optional.empty() : Optional.of(ReconstructionError.peakSignalToNoise(error)),
                mean,
                Math.sqrt(meanSquare - mean * mean));
    }

    private Optional<Tensor> told(Labels labels, long[] indices) {
        return switch (labels) {
            case TRUE -> Optional.of(model.device().move(images.labels(indices)));
            case NULL -> Optional.empty();
        };
    }

    static void requireInverting(Walk walk) {
        if (walk.start() != 0 || walk.end() == 0) {
            throw new UserException("walk \"" + walk + "\" does not invert images; start at 0 and end at noise, as in"
                    + " \"0 +0.07 > 6 > 80\"");
        }
    }

    private void requireFit() {
        long[] shape = model.shape(1);
        if (shape[1] != images.channels() || shape[2] != images.height() || shape[3] != images.width()) {
            throw new UserException(
                    "the model takes images of " + shape[1] + " x " + shape[2] + " x " + shape[3] + ", the data are "
                            + images.channels() + " x " + images.height() + " x " + images.width()
                            + "; evaluate it on the data it was trained on");
        }
    }
}
