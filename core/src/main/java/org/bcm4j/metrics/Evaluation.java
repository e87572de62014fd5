package org.bcm4j.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.unet.NetworkConfig;
import org.bcm4j.walk.Walk;

/**
 * Measures a model along walks, on real images: how close its samples are to them, whether they are of the class asked
 * for, and how well it inverts the images. Holds a batch of images as numbers at a time.
 *
 * @param samples images that each generation walk makes, at least 2
 * @param images real images to use, from the first, at least 2
 * @param seed of all noise
 */
public record Evaluation(long samples, long images, long seed) {
    private static final List<String> NOTES = List.of(
            "frechet_distance: squared, between Gaussians fitted to the features of the samples and of the real images;"
                    + " not an FID, comparable only under the same features_sha256",
            "samples: sample i is of class i mod classes; clamped to [-1,1] and truncated to 256 levels, as saved"
                    + " images are, before the features are computed; real images are bytes already",
            "blurred_distance: real images against their 3x3 box blur with a black border, not rounded to 256 levels",
            "agreement: accuracy of the feature network on the samples' classes, divided by its accuracy on the real"
                    + " images",
            "mean_squared_error: inverted along the walk, regenerated with 1 NFE under the same labels, clamped to the"
                    + " pixel range, not rounded; per pixel value on [0,1]",
            "noise_mean, noise_standard_deviation: of the inverted images divided by the walk's last noise scale;"
                    + " ideal are 0 and 1");

    /** @throws UserException if there are too few images or samples */
    public Evaluation {
        if (samples < 2 || images < 2) {
            throw new UserException(
                    "evaluation needs at least 2 samples and 2 images, not " + samples + " and " + images);
        }
    }

    /**
     * What is evaluated.
     *
     * @param modelSha256 fingerprint of the model's weights
     * @param images real images with their classes
     * @param data what they are called, such as {@code fashion-mnist test}
     */
    public record Subject(
            ConsistencyModel model, String modelSha256, FeatureNetwork features, LabelledImages images, String data) {}

    /**
     * Measures.
     *
     * @param generation walks from noise to images
     * @param inversion walks from images to noise; each is measured with the true labels and without, as far as the
     *     model knows either
     * @throws UserException if a walk does not do what it is listed for, there are not enough images, or model, images
     *     and feature network do not fit each other
     */
    public EvaluationReport run(
            Subject subject, List<Walk> generation, List<Walk> inversion, MeasuringListener listener) {
        if (images > subject.images().size()) {
            throw new UserException("there are " + subject.images().size() + " images in " + subject.data() + ", not "
                    + images + "; ask for fewer");
        }
        // Before the hours of work, not after them.
        generation.forEach(GenerationQuality::requireGenerating);
        inversion.forEach(InversionQuality::requireInverting);
        RealImages real = RealImages.measure(subject.features(), subject.images(), images, listener);
        GenerationQuality generated =
                new GenerationQuality(subject.model(), subject.features(), real, samples, seed, listener);
        InversionQuality inverted = new InversionQuality(subject.model(), subject.images(), images, seed, listener);
        List<InversionQuality.Figures> inversions = new ArrayList<>();
        for (Walk walk : inversion) {
            for (InversionQuality.Labels labels :
                    labels(subject.model().config().network())) {
                inversions.add(inverted.of(walk, labels));
            }
        }
        return new EvaluationReport(
                protocol(subject),
                new EvaluationReport.Real(real.accuracy(), real.blurredDistance()),
                generation.stream().map(generated::of).toList(),
                inversions);
    }

    private static List<InversionQuality.Labels> labels(NetworkConfig network) {
        if (network.classes() == 0) {
            return List.of(InversionQuality.Labels.NULL);
        }
        return network.nullClass()
                ? List.of(InversionQuality.Labels.TRUE, InversionQuality.Labels.NULL)
                : List.of(InversionQuality.Labels.TRUE);
    }

    private EvaluationReport.Protocol protocol(Subject subject) {
        return new EvaluationReport.Protocol(
                subject.modelSha256(),
                subject.features().sha256(),
                subject.data(),
                images,
                samples,
                seed,
                subject.model().device().name().toLowerCase(Locale.ROOT),
                subject.model().precision().name().toLowerCase(Locale.ROOT),
                NOTES);
    }
}
