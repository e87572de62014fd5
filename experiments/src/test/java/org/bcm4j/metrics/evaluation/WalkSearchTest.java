package org.bcm4j.metrics.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Percentage;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.Walk;

class WalkSearchTest {
    private static final Walk COMBINED = Walk.parse("80 > 1.2 > 0 +0.1 > 0.3 > 0");

    /** A bowl in the logarithms of the three free scales. */
    private static double bowl(Walk walk, double... lowest) {
        int[] free = {0, 2, 3};
        double cost = 0;
        for (int i = 0; i < free.length; i++) {
            cost += Math.pow(Math.log(walk.moves().get(free[i]).to() / lowest[i]), 2);
        }
        return cost;
    }

    @Property(tries = 200)
    void findsTheBottomOfABowl(
            @ForAll @DoubleRange(min = 0.01, max = 50) double a,
            @ForAll @DoubleRange(min = 0.01, max = 50) double b,
            @ForAll @DoubleRange(min = 0.01, max = 50) double c) {
        WalkSearch.Found found = new WalkSearch(1000).minimise(COMBINED, walk -> bowl(walk, a, b, c));

        assertThat(found.walk().moves().get(0).to()).isCloseTo(a, Percentage.withPercentage(10));
        assertThat(found.walk().moves().get(2).to()).isCloseTo(b, Percentage.withPercentage(10));
        assertThat(found.walk().moves().get(3).to()).isCloseTo(c, Percentage.withPercentage(10));
        assertThat(found.cost()).isEqualTo(bowl(found.walk(), a, b, c));
    }

    @Property(tries = 200)
    void keepsToItsBudgetTheMovesAndTheEnds(@ForAll @IntRange(min = 1, max = 40) int budget, @ForAll int scramble) {
        AtomicInteger calls = new AtomicInteger();
        WalkSearch.Found found = new WalkSearch(budget).minimise(COMBINED, walk -> {
            calls.incrementAndGet();
            return (walk.toString().hashCode() ^ scramble) & 0xffff;
        });

        assertThat(calls).hasValue(found.evaluations());
        assertThat(found.evaluations()).isLessThanOrEqualTo(budget);
        assertThat(found.walk().moves())
                .map(Move::getClass)
                .isEqualTo(COMBINED.moves().stream().map(Move::getClass).toList());
        assertThat(found.walk().start()).isEqualTo(80);
        assertThat(found.walk().moves().get(1).to()).isZero();
        assertThat(found.walk().end()).isZero();
        assertThat(found.cost()).isLessThanOrEqualTo((COMBINED.toString().hashCode() ^ scramble) & 0xffff);
    }

    /** The cheapest is the start, and none is computed again. */
    @Example
    void walksOfKnownCostsAreTheFirstOfTheBudget() {
        Walk dear = Walk.parse("80 > 1 > 0");
        Walk cheap = Walk.parse("80 > 2 > 0");
        List<WalkSearch.Found> known =
                List.of(new WalkSearch.Found(dear, Double.NaN, 1), new WalkSearch.Found(cheap, 3, 2));

        assertThat(new WalkSearch(2).minimise(known, walk -> 0)).isEqualTo(new WalkSearch.Found(cheap, 3, 2));
        List<Walk> computed = new ArrayList<>();
        WalkSearch.Found found = new WalkSearch(4).minimise(known, walk -> {
            computed.add(walk);
            return 5;
        });
        assertThat(found).isEqualTo(new WalkSearch.Found(cheap, 3, 4));
        assertThat(computed).hasSize(2).doesNotContain(dear, cheap);
    }

    @Example
    void aWalkWithoutFreeNumbersStays() {
        Walk direct = Walk.parse("80 > 0");

        assertThat(new WalkSearch(10).minimise(direct, walk -> 1)).isEqualTo(new WalkSearch.Found(direct, 1, 1));
    }

    @Example
    void aCostThatIsNotANumberIsWorseThanAllElse() {
        Walk start = Walk.parse("80 > 1 > 0");

        WalkSearch.Found found = new WalkSearch(10).minimise(start, walk -> walk.equals(start) ? Double.NaN : 5);

        assertThat(found.walk()).isNotEqualTo(start);
        assertThat(found.cost()).isEqualTo(5);
    }
}
