package org.bcm4j.reproduction;

import java.util.List;

/** What the numbers say of a claim. */
public enum Verdict {
    /** It shows in every comparison that it makes. */
    HELD,
    /** The opposite shows in at least one. */
    NOT_HELD,
    /** Neither, or it was not measured: the interval of a difference holds 0. */
    UNDECIDED;

    /** Of a claim that makes all of these comparisons. */
    static Verdict of(List<Comparison> comparisons) {
        List<Verdict> each = comparisons.stream().map(Comparison::verdict).toList();
        if (each.contains(NOT_HELD)) {
            return NOT_HELD;
        }
        return each.isEmpty() || each.contains(UNDECIDED) ? UNDECIDED : HELD;
    }
}
