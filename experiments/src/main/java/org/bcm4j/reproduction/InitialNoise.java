package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.Walk;

/**
 * Inversion with its small initial noise, and without it.
 *
 * @param images test images for each seed
 * @param seeds the number of seeds, from 0; each uses its own images
 */
public record InitialNoise(long images, int seeds) implements Stage<InitialNoise.Result> {
    /**
     * One walk with and without the noise.
     *
     * @param walk the walk with the noise
     * @param with mean squared error on [0,1] with the noise
     * @param without mean squared error on [0,1] without the noise
     */
    public record Pair(String walk, int nfe, ConfidenceInterval with, ConfidenceInterval without) {}

    /** The figures of all walks. */
    public record Result(Provenance provenance, List<Pair> pairs) implements StageResult {}

    @Override
    public String name() {
        return "initial-noise";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM);
    }

    @Override
    public double evaluations() {
        return 2.0 * seeds * images * TunedWalks.evaluations(EnumSet.of(Kind.INVERSION));
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Pair> pairs = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM)) {
            for (Walk walk : bench.walks().of(Kind.INVERSION)) {
                pairs.add(new Pair(
                        walk.toString(),
                        walk.nfe(),
                        bench.reconstruction(bcm, walk, images, seeds),
                        bench.reconstruction(bcm, withoutNoise(walk), images, seeds)));
            }
        }
        return new Result(provenance, pairs);
    }

    /** The walk without its initial noise: it goes from time 0 directly to where this one goes after the noise. */
    static Walk withoutNoise(Walk walk) {
        List<Move> moves = new ArrayList<>(walk.moves().subList(1, walk.moves().size()));
        moves.set(0, new Move.Traverse(0, moves.get(0).to()));
        return new Walk(moves);
    }
}
