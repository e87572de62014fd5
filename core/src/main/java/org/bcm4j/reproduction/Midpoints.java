package org.bcm4j.reproduction;

import java.util.EnumSet;
import java.util.Set;
import org.bcm4j.metrics.Interval;
import org.bcm4j.metrics.InterpolationQuality;
import org.bcm4j.model.ConsistencyModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.walk.Walk;

/**
 * Images half-way between two real ones, whose inversions began with different noises or with the same (Fig. 19): inverted in three
 * evaluations and generated in two.
 *
 * @param pairs for each seed
 * @param seeds how many, from 0
 */
public record Midpoints(long pairs, int seeds) implements Stage<Midpoints.Result> {
    /**
     * Both kinds.
     *
     * @param different Fréchet distance of the midpoints from test images, relative to blurred ones
     * @param shared likewise
     */
    public record Result(Provenance provenance, String inversion, String generation, Interval different, Interval shared)
            implements StageResult {}

    @Override
    public String name() {
        return "midpoints";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM);
    }

    @Override
    public boolean usesTunedWalks() {
        return true;
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        Walk inversion = bench.walks().of(Kind.INVERSION, 3);
        Walk generation = bench.walks().of(Kind.ANCESTRAL, 2);
        try (ConsistencyModel bcm = bench.open(Run.BCM)) {
            return new Result(
                    provenance,
                    inversion.toString(),
                    generation.toString(),
                    distance(bench, bcm, inversion, generation, InterpolationQuality.InitialNoise.DIFFERENT),
                    distance(bench, bcm, inversion, generation, InterpolationQuality.InitialNoise.SHARED));
        }
    }

    private Interval distance(
            Bench bench,
            ConsistencyModel bcm,
            Walk inversion,
            Walk generation,
            InterpolationQuality.InitialNoise noise) {
        return Bench.over(
                seeds,
                seed -> new InterpolationQuality(
                                bcm,
                                bench.features(),
                                bench.realTest(),
                                bench.testImages(seed, 2 * pairs),
                                pairs,
                                seed,
                                bench.listener())
                        .of(inversion, generation, noise));
    }
}
