package org.bcm4j.reproduction;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.training.Curriculum;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.terms.BidirectionalConsistency;
import org.bcm4j.training.terms.IntervalLaw;

/**
 * The probability with which the soft term draws each t_{n+1} and u in training (Fig. 14). Other terms that lead to a u,
 * and a warm-up, are not counted. It is exact, computed from the interval law
 * and the curriculum, without random draws and without a model.
 *
 * @param curriculum the curriculum of BCM's run
 * @param times the law of times of its soft term
 * @param steps the number of steps of the objective
 */
public record Coverage(Curriculum curriculum, IntervalLaw.Settings times, long steps)
        implements Stage<Coverage.Result> {
    /** The number of bins along each axis, of equal width in the logarithm. */
    static final int BINS = 20;

    /** The paper's curriculum. Its stages have equal length. */
    static final Curriculum PAPER = new Curriculum.Doubling(10, 1280);

    static final IntervalLaw.Settings PAPER_LAW = IntervalLaw.Settings.paper(IntervalLaw.EndPoints.INCLUDED);

    private static final long PAPER_STEPS = 400_000;

    /** The coverage of a run; the paper's if there is none. */
    static Coverage of(Optional<TrainingConfig> bcm) {
        return bcm.map(ReproductionConfig::objective)
                .map(objective -> {
                    BidirectionalConsistency term = ReproductionConfig.bidirectional(objective);
                    return new Coverage(
                            objective.curriculum(), term.softTimes().orElse(term.times()), objective.steps());
                })
                .orElseGet(() -> new Coverage(PAPER, PAPER_LAW, 1));
    }

    /**
     * A law of (t, u).
     *
     * @param density the probability of each cell. Rows go from small t to large, and cells in a row from small u to
     *     large. All cells sum to 1
     * @param end the probability that u is T
     */
    public record Law(List<List<Double>> density, double end) {}

    /**
     * Both laws.
     *
     * @param edges the edges of the bins, noise scales from σ_min to T
     * @param paper the law of the paper's law of times and curriculum
     * @param here the law of the run's soft term
     */
    public record Result(Provenance provenance, List<Double> edges, Law paper, Law here) implements StageResult {}

    @Override
    public String name() {
        return "coverage";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.noneOf(Run.class);
    }

    @Override
    public boolean usesTunedWalks() {
        return false;
    }

    @Override
    public double evaluations() {
        return 0;
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        return measure(provenance);
    }

    Result measure(Provenance provenance) {
        double low = Math.log(NoiseScales.SIGMA_MIN);
        double width = (Math.log(NoiseScales.SIGMA_MAX) - low) / BINS;
        List<Double> edges = IntStream.rangeClosed(0, BINS)
                .mapToObj(i -> Math.exp(low + i * width))
                .toList();
        return new Result(provenance, edges, law(PAPER, PAPER_LAW, PAPER_STEPS), law(curriculum, times, steps));
    }

    /** The law over a whole run: the average over all grids, weighted by the number of steps with each grid. */
    private static Law law(Curriculum curriculum, IntervalLaw.Settings settings, long steps) {
        Map<Integer, Long> stepsByPoints = new TreeMap<>();
        for (long step = 0; step < steps; step++) {
            stepsByPoints.merge(curriculum.points(step, steps), 1L, Long::sum);
        }
        double[][] density = new double[BINS][BINS];
        double end = 0;
        for (Map.Entry<Integer, Long> stage : stepsByPoints.entrySet()) {
            end += add(density, new TimeGrid(stage.getKey()), settings, (double) stage.getValue() / steps);
        }
        return new Law(
                Arrays.stream(density)
                        .map(row -> Arrays.stream(row).boxed().toList())
                        .toList(),
                end);
    }

    /** Adds a grid's law to the cells; returns its share of the probability that u is T. */
    private static double add(double[][] density, TimeGrid grid, IntervalLaw.Settings settings, double weight) {
        IntervalLaw law = new IntervalLaw(grid, settings);
        double[] intervals = law.intervals();
        double end = 0;
        for (int n = 0; n < intervals.length; n++) {
            double[] row = density[bin(grid.time(n + 1))];
            double[] targets = law.targetsGiven(n);
            for (int j = 0; j < targets.length; j++) {
                row[bin(grid.time(j))] += weight * intervals[n] * targets[j];
            }
            end += weight * intervals[n] * targets[targets.length - 1];
        }
        return end;
    }

    static int bin(double time) {
        double low = Math.log(NoiseScales.SIGMA_MIN);
        double share = (Math.log(time) - low) / (Math.log(NoiseScales.SIGMA_MAX) - low);
        return Math.max(0, Math.min(BINS - 1, (int) (share * BINS)));
    }
}
