package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.walk.Walk;

/**
 * The quality of samples against the number of evaluations, for the three samplers of BCM and for iCT (Fig. 13).
 *
 * @param samples samples for each walk and seed
 * @param seeds the number of seeds, from 0
 */
public record GenerationAgainstNfe(long samples, int seeds) implements Stage<GenerationAgainstNfe.Result> {
    private static final Set<Kind> KINDS = EnumSet.complementOf(EnumSet.of(Kind.INVERSION));

    /**
     * The figures of a walk's samples.
     *
     * @param kind {@link Kind#MULTISTEP} is iCT, the others are BCM
     * @param distance Fréchet distance from test images, divided by that of blurred ones
     */
    public record Point(Kind kind, String walk, int nfe, ConfidenceInterval distance) {}

    /** The figures of all walks. */
    public record Result(Provenance provenance, List<Point> points) implements StageResult {
        /** The best walk of a kind with at most {@code nfe} evaluations. */
        Point best(Kind kind, int nfe) {
            return points.stream()
                    .filter(point -> point.kind() == kind && point.nfe() <= nfe)
                    .min((a, b) ->
                            Double.compare(a.distance().mean(), b.distance().mean()))
                    .orElseThrow();
        }
    }

    @Override
    public String name() {
        return "generation-against-nfe";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM, Run.ICT);
    }

    @Override
    public double evaluations() {
        return (double) seeds * samples * TunedWalks.evaluations(KINDS);
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Point> points = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM);
                TrainedModel ict = bench.open(Run.ICT)) {
            for (Kind kind : KINDS) {
                TrainedModel model = kind == Kind.MULTISTEP ? ict : bcm;
                for (Walk walk : bench.walks().of(kind)) {
                    ConfidenceInterval distance = bench.generation(model, walk, samples, seeds);
                    points.add(new Point(kind, walk.toString(), walk.nfe(), distance));
                }
            }
        }
        return new Result(provenance, points);
    }
}
