package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Walk;

/**
 * Ablations of the loss, trained from scratch for the same number of steps: the soft term of Eq. 9, the one of Eq. 8,
 * Eq. 9 without the consistency term (Figs. 10 to 12), and Eq. 9 with inversion consistency (docs/method.md §4b).
 *
 * @param samples samples for each seed
 * @param images test images for each seed
 * @param seeds the number of seeds, from 0
 */
public record Ablations(long samples, long images, int seeds) implements Stage<Ablations.Result> {
    private static final Walk GENERATION = Walk.parse("80 > 0");
    private static final Walk INVERSION =
            Walk.parse(Objects.requireNonNull(RecommendedWalks.UNTUNED.invert().get("2")));

    /**
     * The figures of one run.
     *
     * @param run the run
     * @param distance distance of samples in one evaluation, relative to blurred images
     * @param error mean squared error on [0,1] of inversions in two evaluations; absent if they led to values that are
     *     not finite
     */
    public record Variant(Run run, ConfidenceInterval distance, Optional<ConfidenceInterval> error) {}

    /** The figures of all runs. */
    public record Result(Provenance provenance, List<Variant> variants) implements StageResult {
        Variant of(Run run) {
            return variants.stream()
                    .filter(variant -> variant.run() == run)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public String name() {
        return "ablations";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.EQ9, Run.EQ8, Run.NO_CT, Run.INVERSION);
    }

    @Override
    public boolean usesTunedWalks() {
        return false;
    }

    @Override
    public double evaluations() {
        return (double) seeds * runs().size() * (samples * (GENERATION.nfe() + 1) + images * (INVERSION.nfe() + 1));
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Variant> variants = new ArrayList<>();
        for (Run run : runs()) {
            try (TrainedModel model = bench.open(run)) {
                variants.add(new Variant(
                        run,
                        bench.generation(model, GENERATION, samples, seeds),
                        ifFinite(() -> bench.reconstruction(model, INVERSION, images, seeds))));
            }
        }
        return new Result(provenance, variants);
    }

    /** A run that fails as the paper says can give values that are not finite. That is a result too. */
    private static Optional<ConfidenceInterval> ifFinite(Supplier<ConfidenceInterval> measurement) {
        try {
            return Optional.of(measurement.get());
        } catch (UserException notFinite) {
            return Optional.empty();
        }
    }
}
