package org.bcm4j.reproduction;

import java.util.Optional;
import org.bcm4j.metrics.statistics.ConfidenceInterval;

/**
 * Two figures and the claim that the first, times a factor, is lower than the second.
 *
 * @param lower the description of the first figure
 * @param figure the first figure
 * @param higher the description of the second figure
 * @param otherFigure the second figure; absent if it is not finite, which counts as higher than any
 * @param factor factor of the first figure: 2 if the second must be more than twice as high, ½ if the first may be up
 *     to twice the second
 */
public record Comparison(
        String lower,
        ConfidenceInterval figure,
        String higher,
        Optional<ConfidenceInterval> otherFigure,
        double factor) {
    static Comparison below(String lower, ConfidenceInterval figure, String higher, ConfidenceInterval otherFigure) {
        return new Comparison(lower, figure, higher, Optional.of(otherFigure), 1);
    }

    /** The second figure minus the factor times the first, seed by seed; absent if the second is not finite. */
    public Optional<ConfidenceInterval> difference() {
        return otherFigure.map(other -> other.minus(figure, factor));
    }

    /** The verdict by the 95 % interval of the difference: {@link Verdict#UNDECIDED} if the interval contains 0. */
    public Verdict verdict() {
        return difference().map(Comparison::verdict).orElse(Verdict.HELD);
    }

    private static Verdict verdict(ConfidenceInterval difference) {
        if (difference.low() > 0) {
            return Verdict.HELD;
        }
        return difference.high() < 0 ? Verdict.NOT_HELD : Verdict.UNDECIDED;
    }
}
