package org.bcm4j.metrics.edits;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.features.FeatureNetwork;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.metrics.evaluation.InterpolationQuality;
import org.bcm4j.metrics.evaluation.InterpolationQuality.InitialNoise;
import org.bcm4j.metrics.samples.RealImages;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;

/**
 * The protocol for comparing edits. It measures: inpainting of the middle square, by the model's own walks and by the
 * method of consistency models with the same NFE, three times the NFE and more; restoration of JPEG quality 10, 20 and
 * 30; interpolation with different and with shared initial noise.
 *
 * <p>Every seed edits the same images with other noise. So the intervals over seeds hold the variation by the noise, and
 * not by the choice of the images.
 *
 * @param images the number of images to edit, from the first; at least 200
 * @param seeds the number of seeds to average over, at least 2
 */
public record EditingEvaluation(long images, int seeds) {
    private static final List<Integer> CONSISTENCY_MODEL_NFE = List.of(2, 4, 6, 9, 12, 18);

    /** How many times the NFE of a walk consistency models need at least to inpaint as well, by the claims. */
    private static final int FACTOR = 3;

    private static final long LEAST_IMAGES = 200;

    /** @throws UserException if there are too few images or seeds */
    public EditingEvaluation {
        if (images < LEAST_IMAGES || seeds < ConfidenceInterval.LEAST) {
            throw new UserException("editing is measured on at least " + LEAST_IMAGES + " images with at least "
                    + ConfidenceInterval.LEAST + " seeds, not on " + images + " with " + seeds);
        }
    }

    /**
     * Measures a model's edits.
     *
     * @throws UserException if the model does not walk, it has no walk to interpolate, or there are not enough images
     */
    public EditingReport run(Evaluation.Subject subject, RecommendedWalks walks, Measuring measuring) {
        subject.requireImages(images);
        TrainedModel model = subject.model();
        model.requireWalks();
        ThereAndBack between = interpolating(walks);
        FeatureNetwork features = subject.features()
                .orElseThrow(() -> new IllegalArgumentException("edits are measured with a feature network"));
        RealImages real =
                RealImages.measure(features, subject.images(), subject.images().size(), measuring);
        Bench bench = new Bench(subject, model, features, real, measuring);
        List<Mended> inpainting = new ArrayList<>();
        parsed(walks.inpaint()).forEach(walk -> inpainting.add(bench.mend(EditingQuality.HOLE, Method.BCM, walk)));
        consistencyModelNfe(walks)
                .forEach(nfe -> inpainting.add(bench.mend(EditingQuality.HOLE, Method.CM, Walk.multistep(nfe))));
        List<Mended> restoration = new ArrayList<>();
        for (Corruption compression : EditingQuality.COMPRESSIONS) {
            parsed(walks.restore()).forEach(walk -> restoration.add(bench.mend(compression, Method.BCM, walk)));
        }
        List<Halved> interpolation = bench.interpolation(between);
        return new EditingReport(
                subject.modelSha256(),
                features.sha256(),
                subject.data(),
                images,
                seeds,
                inpainting.stream().map(Mended::repair).toList(),
                restoration.stream().map(Mended::repair).toList(),
                interpolation.stream().map(Halved::midpoints).toList(),
                claims(inpainting, restoration, interpolation));
    }

    /** The usual numbers, and those with which the model's own inpainting is compared. */
    static IntStream consistencyModelNfe(RecommendedWalks walks) {
        return IntStream.concat(
                        CONSISTENCY_MODEL_NFE.stream().mapToInt(nfe -> nfe),
                        parsed(walks.inpaint()).mapToInt(walk -> FACTOR * walk.nfe()))
                .distinct()
                .sorted();
    }

    private static ThereAndBack interpolating(RecommendedWalks walks) {
        return Optional.ofNullable(walks.interpolate().get("2"))
                .map(text -> ThereAndBack.of(Walk.parse(text)))
                .orElseThrow(() -> new UserException("the model's walks.json: holds no walk of 2 evaluations to noise"
                        + " to interpolate; add one"));
    }

    private static Stream<Walk> parsed(Map<String, String> walks) {
        return walks.values().stream().map(Walk::parse);
    }

    /** The claims that the figures test, each as differences of pairs with the same seed. */
    private static List<EditingReport.Claim> claims(
            List<Mended> inpainting, List<Mended> restoration, List<Halved> interpolation) {
        List<EditingReport.Claim> claims = new ArrayList<>();
        for (Mended ours : inpainting) {
            for (Mended theirs : inpainting) {
                if (ours.method() == Method.BCM
                        && theirs.method() == Method.CM
                        && theirs.nfe() == FACTOR * ours.nfe()) {
                    String pair = "inpainting in " + ours.nfe() + " NFE ("
                            + ours.repair().walk() + ") below consistency models' in " + theirs.nfe();
                    claims.add(claim(
                            pair + ": distance",
                            ours.repair().distance(),
                            theirs.repair().distance()));
                    claims.add(claim(
                            pair + ": MSE",
                            ours.repair().meanSquaredError(),
                            theirs.repair().meanSquaredError()));
                }
            }
        }
        for (Mended mended : restoration) {
            EditingReport.Repair repair = mended.repair();
            double[] damaged = repair.distance().figures().stream()
                    .mapToDouble(seed -> repair.damagedDistance())
                    .toArray();
            claims.add(claim(
                    "restored from " + repair.damage() + " (" + repair.walk() + ") below the compressed: distance",
                    repair.distance(),
                    ConfidenceInterval.of(damaged)));
        }
        claims.add(claim(
                "midpoints with different initial noise below those with shared: distance",
                distance(interpolation, InitialNoise.DIFFERENT),
                distance(interpolation, InitialNoise.SHARED)));
        return claims;
    }

    private static ConfidenceInterval distance(List<Halved> interpolation, InitialNoise noise) {
        return interpolation.stream()
                .filter(halved -> halved.noise() == noise)
                .findFirst()
                .orElseThrow()
                .midpoints()
                .distance();
    }

    private static EditingReport.Claim claim(String claim, ConfidenceInterval smaller, ConfidenceInterval larger) {
        ConfidenceInterval difference = larger.minus(smaller, 1);
        return new EditingReport.Claim(claim, difference, difference.low() > 0);
    }

    /** The method of inpainting. */
    private enum Method {
        BCM,
        CM
    }

    /** The result of a repair. */
    private record Mended(EditingReport.Repair repair, Method method) {
        int nfe() {
            return repair.nfe();
        }
    }

    /** The result for midpoints. */
    private record Halved(InitialNoise noise, EditingReport.Midpoints midpoints) {}

    private final class Bench {
        private final Evaluation.Subject subject;
        private final TrainedModel model;
        private final FeatureNetwork features;
        private final RealImages real;
        private final Measuring measuring;

        Bench(
                Evaluation.Subject subject,
                TrainedModel model,
                FeatureNetwork features,
                RealImages real,
                Measuring measuring) {
            this.subject = subject;
            this.model = model;
            this.features = features;
            this.real = real;
            this.measuring = measuring;
        }

        Mended mend(Corruption damage, Method method, Walk walk) {
            MeanRepair mean = MeanRepair.of(
                    damage,
                    walk,
                    seeds,
                    seed -> new EditingQuality(model, features, real, subject.images(), images, seed, measuring));
            EditingReport.Repair repair = new EditingReport.Repair(
                    mean.damage(),
                    method.name().toLowerCase(Locale.ROOT),
                    mean.walk(),
                    mean.nfe(),
                    mean.meanSquaredError(),
                    mean.damagedError(),
                    mean.distance(),
                    mean.damagedDistance(),
                    mean.changedKnown());
            return new Mended(repair, method);
        }

        /** The midpoints with each {@link InitialNoise}. */
        List<Halved> interpolation(ThereAndBack walk) {
            return Stream.of(InitialNoise.values())
                    .map(noise -> midpoints(walk.toNoise(), walk.toImages(), noise))
                    .toList();
        }

        private Halved midpoints(Walk inversion, Walk generation, InitialNoise noise) {
            double[] distances = LongStream.range(0, seeds)
                    .mapToDouble(seed -> new InterpolationQuality(
                                    model, features, real, subject.images(), images / 2, seed, measuring)
                            .of(
                                    new InterpolationQuality.SamplingPaths(inversion, generation),
                                    InterpolationQuality.Pairs.ANY,
                                    noise)
                            .midpoints()
                            .relativeToBlurred())
                    .toArray();
            EditingReport.Midpoints midpoints = new EditingReport.Midpoints(
                    noise.name().toLowerCase(Locale.ROOT),
                    inversion.toString(),
                    generation.toString(),
                    ConfidenceInterval.of(distances));
            return new Halved(noise, midpoints);
        }
    }
}
