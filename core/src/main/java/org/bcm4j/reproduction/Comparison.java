package org.bcm4j.reproduction;

import java.util.Optional;
import org.bcm4j.metrics.Interval;

/**
 * Two figures of which a claim says that the first is lower, by a factor.
 *
 * @param lower what the first is of
 * @param figure the first
 * @param higher what the second is of
 * @param otherFigure the second; absent if it is not finite, and so higher than any
 * @param factor by which the second is to be higher at least, 1 or more
 */
public record Comparison(String lower, Interval figure, String higher, Optional<Interval> otherFigure, double factor) {
    static Comparison below(String lower, Interval figure, String higher, Interval otherFigure) {
        return new Comparison(lower, figure, higher, Optional.of(otherFigure), 1);
    }

    /** By the 95 % intervals: {@link Verdict#UNDECIDED} where they overlap. */
    public Verdict verdict() {
        if (otherFigure.isEmpty()) {
            return Verdict.HELD;
        }
        Interval other = otherFigure.get();
        Interval raised = new Interval(factor * figure.mean(), factor * figure.low(), factor * figure.high());
        if (raised.isBelow(other)) {
            return Verdict.HELD;
        }
        return other.isBelow(raised) ? Verdict.NOT_HELD : Verdict.UNDECIDED;
    }
}
