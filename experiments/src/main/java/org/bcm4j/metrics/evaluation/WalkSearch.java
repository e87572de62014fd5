package org.bcm4j.metrics.evaluation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.Walk;

/**
 * Searches for the noise scales of a walk that cost least, one scale at a time. Each is multiplied and divided by a
 * factor, and a cheaper walk is kept. The factor shrinks when nothing improves. The kinds of the moves, the two ends of
 * the walk and its visits to time 0 stay fixed. The cost must use common random numbers. The search finds a local
 * minimum for the images it sees, so use training images for it and report figures of others.
 *
 * <pre>{@code
 * InversionQuality inversion = new InversionQuality(model, trainingImages, 2000, seed, Measuring.ALONE);
 * Walk best = new WalkSearch(30)
 *         .minimise(Walk.parse("0 +0.07 > 6 > 80"), walk -> inversion.of(walk, Labels.TRUE).meanSquaredError())
 *         .walk();
 * }</pre>
 *
 * @param budget how often the cost may be computed, at least 1
 */
public record WalkSearch(int budget) {
    private static final double FIRST_FACTOR = 1.6;
    private static final double LAST_FACTOR = 1.05;
    private static final MathContext READABLE = new MathContext(3);

    /** @throws IllegalArgumentException if the budget is not positive */
    public WalkSearch {
        if (budget < 1) {
            throw new IllegalArgumentException("the search needs a budget of at least 1, not " + budget);
        }
    }

    /**
     * The result of a search.
     *
     * @param cost the cost of the walk
     * @param evaluations how often the cost was computed
     */
    public record Found(Walk walk, double cost, int evaluations) {}

    /**
     * Searches from a given walk.
     *
     * @param cost the cost to minimise; NaN counts as worse than any number
     * @return the cheapest walk found, {@code start} if none costs less
     */
    public Found minimise(Walk start, ToDoubleFunction<Walk> cost) {
        return minimise(List.of(new Found(start, cost.applyAsDouble(start), 1)), cost);
    }

    /**
     * Searches on from walks whose costs are known. Each of them counts as one walk of the budget.
     *
     * @param known at least one walk
     * @param cost the cost to minimise, by which the known costs were computed
     * @return the cheapest walk found, one of the known if none costs less
     */
    public Found minimise(List<Found> known, ToDoubleFunction<Walk> cost) {
        Found cheapest = Collections.min(known, Comparator.comparingDouble(Found::cost));
        Walk start = cheapest.walk();
        Found best = new Found(start, cheapest.cost(), known.size());
        Set<Walk> met = new HashSet<>();
        known.forEach(found -> met.add(found.walk()));
        double factor = FIRST_FACTOR;
        while (factor > LAST_FACTOR && best.evaluations() < budget) {
            double before = best.cost();
            for (int i : freeScales(start)) {
                best = improve(best, i, factor, met, cost);
            }
            if (!(best.cost() < before)) {
                factor = Math.sqrt(factor);
            }
        }
        return best;
    }

    /** Tries both directions of one scale. */
    private Found improve(Found best, int i, double factor, Set<Walk> met, ToDoubleFunction<Walk> cost) {
        Found kept = best;
        double scale = best.walk().moves().get(i).to();
        for (double tried : new double[] {scale * factor, scale / factor}) {
            Optional<Walk> candidate = with(best.walk(), i, readable(tried)).filter(met::add);
            if (candidate.isPresent() && kept.evaluations() < budget) {
                double found = cost.applyAsDouble(candidate.get());
                boolean better = found < kept.cost() || Double.isNaN(kept.cost());
                kept = new Found(
                        better ? candidate.get() : kept.walk(), better ? found : kept.cost(), kept.evaluations() + 1);
            }
        }
        return kept;
    }

    /** The moves whose end scales may change: not the last, and none that ends at time 0. */
    private static List<Integer> freeScales(Walk walk) {
        List<Move> moves = walk.moves();
        return IntStream.range(0, moves.size() - 1)
                .filter(i -> moves.get(i).to() > 0)
                .boxed()
                .toList();
    }

    /** The walk with a new end scale of move {@code i}; empty if that is not a valid walk of the same moves. */
    private static Optional<Walk> with(Walk walk, int i, double scale) {
        List<Move> moves = new ArrayList<>(walk.moves());
        double next = moves.get(i + 1).to();
        boolean staysInside = scale > NoiseScales.SIGMA_MIN && scale < NoiseScales.SIGMA_MAX;
        if (!staysInside || scale == next || scale == moves.get(i).from()) {
            return Optional.empty();
        }
        Move changed = moves.get(i) instanceof Move.AddNoise noise
                ? new Move.AddNoise(scale, noise.source())
                : new Move.Traverse(moves.get(i).from(), scale);
        moves.set(i, changed);
        // Noise is added at time 0 only, so the move after another scale is a traverse.
        moves.set(i + 1, new Move.Traverse(scale, next));
        return Optional.of(new Walk(moves));
    }

    private static double readable(double scale) {
        return new BigDecimal(scale).round(READABLE).doubleValue();
    }
}
