package org.bcm4j.walk;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple3;
import net.jqwik.api.domains.DomainContextBase;

/** Random legal walks: every double is a possible noise scale, and the ends of the range come often. */
final class WalkArbitraries extends DomainContextBase {
    @Provide
    Arbitrary<Walk> walks() {
        return Combinators.combine(scales(), steps()).as(WalkArbitraries::walk);
    }

    private static Arbitrary<Double> scales() {
        Arbitrary<Double> any = Arbitraries.longs()
                .between(Double.doubleToLongBits(NoiseScale.SMALLEST) + 1, Double.doubleToLongBits(NoiseScale.LARGEST))
                .map(Double::longBitsToDouble);
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(0.0)), Tuple.of(2, Arbitraries.just(80.0)), Tuple.of(5, any));
    }

    /** What each move would like: its noise scale, whether to add noise, and whether that is the noise of the start. */
    private static Arbitrary<List<Tuple3<Double, Boolean, Boolean>>> steps() {
        Arbitrary<Boolean> coin = Arbitraries.of(true, false);
        return Combinators.combine(scales(), coin, coin).as(Tuple::of).list().ofMaxSize(8);
    }

    private static Walk walk(double start, List<Tuple3<Double, Boolean, Boolean>> steps) {
        List<Move> moves = new ArrayList<>();
        double here = start;
        for (Tuple3<Double, Boolean, Boolean> step : steps) {
            double scale = step.get1();
            if (scale == here) {
                continue;
            }
            boolean startNoise = step.get3() && start == NoiseScale.LARGEST;
            moves.add(
                    here == 0 && step.get2()
                            ? new Move.AddNoise(scale, startNoise ? Move.Source.START : Move.Source.FRESH)
                            : new Move.Traverse(here, scale));
            here = scale;
        }
        return new Walk(moves.isEmpty() ? List.of(new Move.Traverse(start, start == 0 ? 80 : 0)) : moves);
    }
}
