package org.bcm4j.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/**
 * Walks on trajectories that are known exactly: those of data from N(0, 0.5²), where every point keeps its distance in
 * sigmas.
 */
class WalkerTest {
    private static final double SIGMA_DATA = 0.5;
    private static final long[] SHAPE = {2, 1, 2, 3};
    private static final Traversal FLOW = (x, from, to) -> x.mul(scalar(flow(from, to)));
    private static final NoiseSource NO_NOISE = shape -> {
        throw new AssertionError("no noise was asked for");
    };

    private static double flow(double from, double to) {
        return Math.hypot(SIGMA_DATA, to) / Math.hypot(SIGMA_DATA, from);
    }

    private static Tensor constant(double value) {
        return testDevice().full(value, SHAPE);
    }

    private static double only(Tensor x) {
        assertThat(x.shape()).isEqualTo(SHAPE);
        assertThat(x.min().item_double()).isEqualTo(x.max().item_double());
        return x.max().item_double();
    }

    @Test
    void stopsOnTheWayDoNotChangeWhereATrajectoryLeads() {
        try (Scope scope = Scope.open()) {
            Walker walker = new Walker(FLOW, NO_NOISE);
            Tensor z = new SeededGenerator(1, testDevice()).normal(SHAPE);
            SampledPoints direct = walker.generate(Walk.parse("80 > 0"), z);
            SampledPoints staged = walker.generate(Walk.parse("80 > 20 > 1.2 > 7 > 0"), z);
            assertThat(torch.allclose(staged.x(), direct.x(), 1e-5, 0, false)).isTrue();
            assertThat(direct.nfe()).isEqualTo(1);
            assertThat(staged.nfe()).isEqualTo(4);
            assertThat(staged.time()).isEqualTo(0.002);
            SampledPoints back = walker.from(Walk.parse("0 > 6 > 80"), staged.x());
            assertThat(torch.allclose(back.x(), z.mul(scalar(80)), 1e-5, 0, false))
                    .isTrue();
            assertThat(back.time()).isEqualTo(80);
        }
    }

    @Test
    void zeroIsTheSmallestTimeToTheNetworkAndNoiseIsAddedAsItIs() {
        List<String> calls = new ArrayList<>();
        Traversal recorder = (x, from, to) -> {
            calls.add(from + ">" + to);
            return x;
        };
        try (Scope scope = Scope.open()) {
            Walk walk = Walk.parse("80 > 1.2 > 0 +0.1 > 0.3 > 0");
            SampledPoints arrival = new Walker(recorder, shape -> constant(2)).from(walk, constant(5));
            assertThat(calls).containsExactly("80.0>1.2", "1.2>0.002", "0.1>0.3", "0.3>0.002");
            assertThat(only(arrival.x())).isCloseTo(5 + 0.1 * 2, within(1e-6));
            assertThat(arrival.nfe()).isEqualTo(4);
        }
    }

    /** The interpreter against the same walk made with plain numbers; the noise of the n-th draw is n everywhere. */
    @Property(tries = 200)
    @Domain(WalkArbitraries.class)
    void anyWalkDoesWhatItSays(@ForAll Walk walk) {
        double expected = 3;
        int draws = 0;
        for (Move move : walk.moves()) {
            if (move instanceof Move.AddNoise add) {
                expected += add.scale() * (add.source() == Move.Source.FRESH ? ++draws : 3.0 / 80);
            } else {
                expected *= flow(Math.max(move.from(), 0.002), Math.max(move.to(), 0.002));
            }
        }
        AtomicInteger drawn = new AtomicInteger();
        try (Scope scope = Scope.open()) {
            Walker walker = new Walker(FLOW, shape -> constant(drawn.incrementAndGet()));
            SampledPoints arrival = walker.from(walk, constant(3));
            assertThat(only(arrival.x())).isCloseTo(expected, within(1e-5 * expected));
            assertThat(arrival.nfe()).isEqualTo(walk.nfe());
            assertThat(arrival.time()).isEqualTo(Math.max(walk.end(), 0.002));
            assertThat(drawn).hasValue(draws);
        }
    }

    @Test
    void generationStartsFromNoiseOfTheScaleOfTheStart() {
        try (Scope scope = Scope.open()) {
            Walker still = new Walker((x, from, to) -> x, NO_NOISE);
            assertThat(only(still.generate(Walk.parse("80 > 0"), constant(0.5)).x()))
                    .isEqualTo(40);
            assertThat(only(still.generate(Walk.parse("2 > 0"), constant(0.5)).x()))
                    .isEqualTo(1);
        }
    }

    @Test
    void fixedNoiseIsTheNoiseOfTheStart() {
        Walk walk = Walk.parse("80 > 0 +1.2z > 0");
        try (Scope scope = Scope.open()) {
            Walker origin = new Walker((x, from, to) -> from == 80 ? x.mul(scalar(0)) : x, NO_NOISE);
            Tensor z = new SeededGenerator(7, testDevice()).normal(SHAPE);
            Tensor expected = z.mul(scalar(1.2));
            assertThat(origin.generate(walk, z).x().equal(expected)).isTrue();
            Tensor x = z.mul(scalar(80));
            assertThat(torch.allclose(origin.from(walk, x).x(), expected, 1e-6, 0, false))
                    .isTrue();
        }
    }

    @Test
    void theSameSeedWalksTheSameWay() {
        Walk walk = Walk.parse("80 > 0 +0.2 > 0.8 > 0 +0.1 > 0");
        try (Scope scope = Scope.open()) {
            Tensor z = constant(1);
            Tensor once = new Walker(FLOW, new SeededGenerator(3, testDevice())::normal)
                    .generate(walk, z)
                    .x();
            Tensor again = new Walker(FLOW, new SeededGenerator(3, testDevice())::normal)
                    .generate(walk, z)
                    .x();
            Tensor other = new Walker(FLOW, new SeededGenerator(4, testDevice())::normal)
                    .generate(walk, z)
                    .x();
            assertThat(once.equal(again)).isTrue();
            assertThat(once.equal(other)).isFalse();
        }
    }

    @Test
    void theEditorSeesEachMoveInOrderAndItsPointsGoOn() {
        List<String> seen = new ArrayList<>();
        Editor editor = (move, x, time) -> {
            seen.add(move + " at " + time + ": " + only(x));
            return x.add(scalar(1));
        };
        try (Scope scope = Scope.open()) {
            Walker walker = new Walker((x, from, to) -> x.mul(scalar(2)), shape -> constant(4), editor);
            SampledPoints arrival = walker.from(Walk.parse("80 > 0 +0.5 > 6"), constant(1));
            assertThat(seen).containsExactly("> 0 at 0.002: 2.0", "+0.5 at 0.5: 5.0", "> 6 at 6.0: 12.0");
            assertThat(only(arrival.x())).isEqualTo(13);
        }
    }

    @Test
    void anImageIsNoPlaceToGenerateFrom() {
        try (Scope scope = Scope.open()) {
            Tensor z = constant(1);
            assertThatThrownBy(() -> new Walker(FLOW, NO_NOISE).generate(Walk.parse("0 > 80"), z))
                    .isInstanceOf(UserException.class)
                    .hasMessage("walk \"0 > 80\" starts at an image, so it cannot generate one; start at noise,"
                            + " as in \"80 > 0\"");
        }
    }

    @Test
    void eachMoveFreesWhatTheOneBeforeItMade() {
        List<Tensor> made = new ArrayList<>();
        Traversal traversal = (x, from, to) -> {
            assertThat(made).allMatch(tensor -> tensor.isNull());
            made.add(x);
            made.add(x.neg());
            return made.get(made.size() - 1);
        };
        try (Scope scope = Scope.open()) {
            Tensor start = constant(1);
            SampledPoints arrival = new Walker(traversal, NO_NOISE).from(Walk.parse("80 > 6 > 1 > 0"), start);
            assertThat(made).hasSize(6).allMatch(tensor -> tensor.isNull());
            assertThat(only(arrival.x())).isEqualTo(-1);
            assertThat(only(start)).isEqualTo(1);
        }
        assertThat(made).allMatch(tensor -> tensor.isNull());
    }

    @Test
    void tensorsOfOthersAreLeftOpen() {
        try (Scope scope = Scope.open()) {
            Tensor start = constant(1);
            Tensor known = constant(2);
            Walker walker = new Walker((x, from, to) -> x, NO_NOISE, (move, x, time) -> time == 6 ? known : x);
            SampledPoints arrival = walker.from(Walk.parse("80 > 6 > 1 > 0"), start);
            arrival.x().close();
            assertThat(only(start)).isEqualTo(1);
            assertThat(only(known)).isEqualTo(2);
        }
    }

    @Test
    void withoutAScopeTheCallerOwnsTheArrival() {
        try (Tensor start = constant(1)) {
            SampledPoints arrival = new Walker(FLOW, NO_NOISE).from(Walk.parse("80 > 6 > 0"), start);
            assertThat(arrival.x().isNull()).isFalse();
            arrival.x().close();
            assertThat(arrival.x().isNull()).isTrue();
            assertThat(only(start)).isEqualTo(1);
        }
    }
}
