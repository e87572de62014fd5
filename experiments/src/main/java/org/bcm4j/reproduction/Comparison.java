package org.bcm4j.reproduction;

import java.util.Optional;
import org.bcm4j.metrics.ConfidenceInterval;

/**
 * Two figures of which a claim says that the first, times a factor, is lower.
 *
 * @param lower what the first is of
 * @param figure the first
 * @param higher what the second is of
 * @param otherFigure the second; absent if it is not finite, and so higher than any
 * @param factor of the first: 2 if the second has to be more than twice as high, ½ if the first may be up to twice the second
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

    /** By how much the second is higher than the first and its factor, seed by seed; absent if it is not finite. */
    public Optional<ConfidenceInterval> difference() {
        return otherFigure.map(other -> other.minus(figure, factor));
    }

    /** By the 95 % interval of the difference: {@link Verdict#UNDECIDED} where that holds 0. */
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
