package org.bcm4j.reproduction;

import java.util.List;

/** What the figures say about a claim. */
public enum Verdict {
    /** Every comparison supports the claim. */
    HELD,
    /** At least one comparison shows the opposite. */
    NOT_HELD,
    /** Neither: the interval of a difference contains 0, or nothing was measured. */
    UNDECIDED;

    /** The verdict on a claim that consists of all these comparisons. */
    static Verdict of(List<Comparison> comparisons) {
        List<Verdict> each = comparisons.stream().map(Comparison::verdict).toList();
        if (each.contains(NOT_HELD)) {
            return NOT_HELD;
        }
        return each.isEmpty() || each.contains(UNDECIDED) ? UNDECIDED : HELD;
    }
}
