package org.bcm4j.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.metrics.InterpolationQuality.InitialNoise;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Walk;

/**
 * The protocol by which edits are compared: inpainting of the middle square by the model's own walks and as consistency models do, in as many
 * evaluations and more; restoration of JPEG quality 10, 20 and 30; interpolation with different and with shared initial noise.
 *
 * @param images how many images to edit, from the first; at least 200
 * @param seeds over how many seeds to average, 2 to 10
 */
public record EditingEvaluation(long images, int seeds) {
    private static final List<Integer> CONSISTENCY_MODEL_NFE = List.of(2, 4, 8, 18);
    private static final List<Integer> QUALITIES = List.of(10, 20, 30);
    private static final long LEAST_IMAGES = 200;

    /** @throws UserException if there are too few images or seeds, or too many seeds */
    public EditingEvaluation {
        if (images < LEAST_IMAGES || seeds < Interval.LEAST || seeds > Interval.MOST) {
            throw new UserException("editing is measured on at least " + LEAST_IMAGES + " images with " + Interval.LEAST
                    + " to " + Interval.MOST + " seeds, not on " + images + " with " + seeds);
        }
    }

    /** Measures. */
    public EditingReport run(Evaluation.Subject subject, RecommendedWalks walks, MeasuringListener listener) {
        ConsistencyModel model = ConsistencyModel.of(subject.model());
        FeatureNetwork features = subject.features()
                .orElseThrow(() -> new IllegalArgumentException("edits are measured with a feature network"));
        RealImages real = RealImages.measure(
                features, subject.images(), subject.images().size(), listener);
        Bench bench = new Bench(subject, model, features, real, listener);
        List<EditingReport.Repair> inpainting = new ArrayList<>();
        Damage hole = new Damage.CentralHole();
        sorted(walks.inpaint()).forEach(walk -> inpainting.add(bench.repair("central hole", hole, "bcm", walk)));
        for (int nfe : CONSISTENCY_MODEL_NFE) {
            inpainting.add(bench.repair("central hole", hole, "cm", Walk.multistep(nfe)));
        }
        List<EditingReport.Repair> restoration = new ArrayList<>();
        for (int quality : QUALITIES) {
            Damage compression = new Damage.Compression(quality);
            sorted(walks.restore())
                    .forEach(
                            walk -> restoration.add(bench.repair("JPEG quality " + quality, compression, "bcm", walk)));
        }
        return new EditingReport(
                subject.modelSha256(),
                features.sha256(),
                subject.data(),
                images,
                seeds,
                inpainting,
                restoration,
                bench.interpolation(walks));
    }

    private static Stream<Walk> sorted(Map<String, String> walks) {
        return walks.values().stream().map(Walk::parse);
    }

    private final class Bench {
        private final Evaluation.Subject subject;
        private final ConsistencyModel model;
        private final FeatureNetwork features;
        private final RealImages real;
        private final MeasuringListener listener;

        Bench(
                Evaluation.Subject subject,
                ConsistencyModel model,
                FeatureNetwork features,
                RealImages real,
                MeasuringListener listener) {
            this.subject = subject;
            this.model = model;
            this.features = features;
            this.real = real;
            this.listener = listener;
        }

        EditingReport.Repair repair(String name, Damage damage, String method, Walk walk) {
            List<EditingQuality.Figures> figures = LongStream.range(0, seeds)
                    .mapToObj(seed -> new EditingQuality(
                                    model, features, real, subject.images(), images, seed, listener)
                            .of(damage, walk))
                    .toList();
            return new EditingReport.Repair(
                    name,
                    method,
                    walk.toString(),
                    walk.nfe(),
                    Interval.of(figures.stream()
                            .mapToDouble(EditingQuality.Figures::meanSquaredError)
                            .toArray()),
                    figures.get(0).damagedError(),
                    Interval.of(figures.stream()
                            .mapToDouble(EditingQuality.Figures::relativeToBlurred)
                            .toArray()),
                    figures.get(0).damagedRelativeToBlurred());
        }

        List<EditingReport.Midpoints> interpolation(RecommendedWalks walks) {
            Walk inversion = sorted(walks.invert())
                    .filter(walk -> walk.nfe() == 2)
                    .findFirst()
                    .orElseThrow();
            Walk generation = sorted(walks.generate())
                    .filter(walk -> walk.nfe() == 2)
                    .findFirst()
                    .orElseThrow();
            return Stream.of(InitialNoise.values())
                    .map(noise -> new EditingReport.Midpoints(
                            noise.name().toLowerCase(Locale.ROOT),
                            inversion.toString(),
                            generation.toString(),
                            Interval.of(LongStream.range(0, seeds)
                                    .mapToDouble(seed -> new InterpolationQuality(
                                                    model,
                                                    features,
                                                    real,
                                                    subject.images(),
                                                    images / 2,
                                                    seed,
                                                    listener)
                                            .of(inversion, generation, noise))
                                    .toArray())))
                    .toList();
        }
    }
}
