package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.bcm4j.metrics.evaluation.GenerationQuality;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.evaluation.WalkSearch;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.walk.Walk;

/**
 * Searches for the noise scales of every walk that is compared, on training images. Each walk gets the same number of
 * trials, so that no kind of walk profits from a better choice of scales.
 *
 * @param images training images, or samples, that judge a walk
 * @param trials the number of trials for each walk
 */
public record TunedWalks(long images, int trials) implements Stage<TunedWalks.Result> {
    static final String NAME = "tuned-walks";

    /** Differs from the seeds of the figures, so the noise differs too. */
    private static final long SEED = 1000;

    /** The kinds of walks. */
    public enum Kind {
        ANCESTRAL,
        ZIGZAG,
        COMBINED,
        /** Multistep sampling of consistency models, by iCT. */
        MULTISTEP,
        INVERSION
    }

    /** The starting points of the search: the scales of docs/method.md §5 and §6, where these give any. */
    private static final Map<Kind, List<String>> STARTS = Map.of(
            Kind.ANCESTRAL,
            List.of("80 > 0", "80 > 1.2 > 0", "80 > 4 > 0.8 > 0", "80 > 6 > 1.5 > 0.4 > 0"),
            Kind.ZIGZAG,
            List.of("80 > 0 +0.2 > 0.8 > 0", "80 > 0 +0.2 > 0.8 > 0 +0.1 > 0.4 > 0"),
            Kind.COMBINED,
            List.of("80 > 1.2 > 0 +0.1 > 0.3 > 0", "80 > 1.2 > 0 +0.2 > 0.8 > 0 +0.1 > 0.3 > 0"),
            Kind.MULTISTEP,
            List.of("80 > 0", "80 > 0 +0.8 > 0", Walk.multistep(4).toString()),
            Kind.INVERSION,
            List.of("0 +0.07 > 80", "0 +0.07 > 6 > 80", "0 +0.07 > 1.5 > 10 > 80", "0 +0.07 > 0.4 > 2 > 6 > 80"));

    /**
     * A walk that the search found.
     *
     * @param cost cost of the walk: the distance of samples relative to blurred images, or the mean squared error of an
     *     inversion
     * @param costBefore cost of the starting walk
     */
    public record Found(Kind kind, String walk, double cost, double costBefore) {
        Walk parsed() {
            return Walk.parse(walk);
        }
    }

    /** All walks that were found. */
    public record Result(Provenance provenance, List<Found> found) implements StageResult {
        /** The walks of a kind, by ascending number of evaluations. */
        List<Walk> of(Kind kind) {
            return found.stream()
                    .filter(one -> one.kind() == kind)
                    .map(Found::parsed)
                    .toList();
        }

        /** The walk of a kind with {@code nfe} evaluations. */
        Walk of(Kind kind, int nfe) {
            return of(kind).stream()
                    .filter(walk -> walk.nfe() == nfe)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM, Run.ICT);
    }

    @Override
    public boolean usesTunedWalks() {
        return false;
    }

    @Override
    public double evaluations() {
        return (double) trials * images * evaluations(EnumSet.allOf(Kind.class));
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    /**
     * The evaluations for one image along every walk of the given kinds. Each walk takes one more, to regenerate the
     * image or for the feature network.
     */
    static double evaluations(Set<Kind> kinds) {
        return kinds.stream()
                .flatMap(kind -> STARTS.getOrDefault(kind, List.of()).stream())
                .mapToInt(walk -> Walk.parse(walk).nfe() + 1)
                .sum();
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Found> found = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM);
                TrainedModel ict = bench.open(Run.ICT)) {
            for (Kind kind : Kind.values()) {
                ToDoubleFunction<Walk> cost = switch (kind) {
                    case ANCESTRAL, ZIGZAG, COMBINED -> generation(bench, bcm);
                    case MULTISTEP -> generation(bench, ict);
                    case INVERSION -> inversion(bench, bcm);
                };
                for (String start : STARTS.getOrDefault(kind, List.of())) {
                    found.add(search(kind, Walk.parse(start), cost));
                }
            }
        }
        return new Result(provenance, found);
    }

    private Found search(Kind kind, Walk start, ToDoubleFunction<Walk> cost) {
        WalkSearch.Found first = new WalkSearch.Found(start, cost.applyAsDouble(start), 1);
        WalkSearch.Found best = new WalkSearch(trials).minimise(List.of(first), cost);
        return new Found(kind, best.walk().toString(), best.cost(), first.cost());
    }

    private ToDoubleFunction<Walk> generation(Bench bench, TrainedModel model) {
        GenerationQuality quality =
                new GenerationQuality(model, bench.features(), bench.realTraining(), images, SEED, bench.measuring());
        return walk -> quality.of(walk).relativeToBlurred();
    }

    private ToDoubleFunction<Walk> inversion(Bench bench, TrainedModel model) {
        long count = Math.min(images, bench.training().size());
        InversionQuality quality = new InversionQuality(model, bench.training(), count, SEED, bench.measuring());
        return walk -> quality.of(walk, Bench.labels(model)).meanSquaredError();
    }
}
