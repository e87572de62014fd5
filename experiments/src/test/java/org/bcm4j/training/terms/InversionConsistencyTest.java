package org.bcm4j.training.terms;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.StubNetwork.Call;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside what {@link LossGradientsTest} asks of every term. */
class InversionConsistencyTest {
    private static final AdmConfig CONFIG = new AdmConfig(
            8, 1, 1, 0, 8, List.of(1, 2), 1, List.of(4), 4, false, 0, 16, Conditioning.JOINT, 0, false, true);
    private static final int PIXELS = 64;

    private final ConsistencyFunction function = new ConsistencyFunction(new AdmUNet(CONFIG), ModelKind.BIDIRECTIONAL);
    private final PseudoHuber distance = PseudoHuber.forDimension(PIXELS);

    private Weights random(SeededGenerator generator) {
        Weights weights = Weights.zeros(function.network().layout(), testDevice());
        weights.views()
                .values()
                .forEach(view -> view.copy_(generator.normal(view.shape()).mul(scalar(0.3))));
        return weights;
    }

    private static TrainingBatch example(SeededGenerator generator, double... u) {
        return new TrainingBatch(
                generator.uniform(3, 1, 8, 8).mul(scalar(2.0)).sub(scalar(1.0)),
                generator.normal(3, 1, 8, 8),
                testDevice().floats(0.5, 6, 30),
                testDevice().floats(0.4, 5, 26),
                testDevice().floats(u),
                Optional.empty());
    }

    /** By hand, at the interval's own upper end: whatever the constants are, f(x,u,u) is x. */
    @Test
    void whereUIsTheUpperEndTheTargetIsTheDiffusedImageItself() {
        try (Scope scope = Scope.open();
                NoGradients guard = new NoGradients();
                SeededGenerator generator = new SeededGenerator(4, testDevice());
                Weights weights = random(generator);
                Weights others = random(generator)) {
            TrainingBatch example = example(generator, 0.5, 6, 30);
            TrainedFunction f = new TrainedFunction(function, weights, others);
            Tensor size = testDevice()
                    .floats(Math.sqrt(0.5), Math.sqrt(36.25), Math.sqrt(900.25))
                    .view(-1, 1, 1, 1);
            Tensor inverted = f.live(example.lower(), example.t(), example.u(), Optional.empty());
            double expected = distance.apply(inverted.div(size), example.upper().div(size))
                    .mul(testDevice().floats(0.5 / 0.1, 6, 30.0 / 4))
                    .mean()
                    .item_double();

            Loss loss = new InversionConsistency(0.3, 1, 0.75).of(f, example, distance);
            assertThat(expected).isPositive();
            // The same operations, in float32.
            assertThat(requireNonNull(loss.parts().get("inversion")).item_double())
                    .isCloseTo(expected, within(1e-5 * expected));
            assertThat(loss.total().item_double()).isCloseTo(0.3 * expected, within(1e-5 * expected));

            Tensor itself = f.target(example.upper(), example.tNext(), example.u(), Optional.empty());
            // c_skip is 1 but for rounding, and c_out is 0.
            assertThat(itself.sub(example.upper()).abs().max().item_double()).isLessThan(1e-4);
        }
    }

    /** Further up it is what the constants make of the noisier point. */
    @Test
    void furtherUpTheConstantsSayWhatTheTargetIs() {
        try (Scope scope = Scope.open();
                NoGradients guard = new NoGradients();
                SeededGenerator generator = new SeededGenerator(4, testDevice());
                Weights weights = random(generator);
                Weights others = random(generator)) {
            TrainingBatch example = example(generator, 80, 80, 80);
            double own = loss(new TrainedFunction(function, weights, weights), example);
            double foreign = loss(new TrainedFunction(function, weights, others), example);
            assertThat(foreign).isNotCloseTo(own, within(0.01 * own));
        }
    }

    private double loss(TrainedFunction f, TrainingBatch example) {
        return InversionConsistency.usual().of(f, example, distance).total().item_double();
    }

    /** Where D is known and constant, all of a trajectory's points have the same noise exactly. */
    @Test
    void aModelWhoseInversionsAgreeLosesNothing() {
        StubNetwork network = new StubNetwork(0.2, 0);
        try (Scope scope = Scope.open();
                Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable()) {
            TermInputs same = network.inputs(live, testDevice().full(0.2, 16, 1, 8, 8), 21, 4, TermState.NONE);
            TermInputs other = network.inputs(live, testDevice().full(-0.2, 16, 1, 8, 8), 21, 4, TermState.NONE);
            // float32; an error of 1e-6 a pixel costs √(64·1e-12 + c²) − c = 7e-9 at c = 0.0043, times t/(t − t') < 20.
            assertThat(InversionConsistency.usual().apply(same).total().item_double())
                    .isLessThan(1e-5);
            assertThat(InversionConsistency.usual().apply(other).total().item_double())
                    .isGreaterThan(0.01);
        }
    }

    /** First the noisier point, without a gradient; then the other, with one. Both lead to the same u, at the noisier's time or above. */
    @Property(tries = 50)
    void adjacentPointsLeadToTheSameTimeAboveThem(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 200) int points,
            @ForAll @Scale(3) @DoubleRange(min = 0, max = 1) double endTargets) {
        StubNetwork network = new StubNetwork(0, 0.5);
        try (Scope scope = Scope.open();
                Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable()) {
            Tensor images = KeyedRandom.from(seed, 1, 0, testDevice()).normal(400, 1, 1, 1);
            new InversionConsistency(1, 0.5, endTargets)
                    .apply(network.inputs(live, images, points, seed, TermState.NONE));

            assertThat(network.calls).hasSize(2);
            Call target = network.calls.get(0);
            Call estimate = network.calls.get(1);
            assertThat(target.hasGradient()).isFalse();
            assertThat(estimate.hasGradient()).isTrue();
            assertThat(estimate.t()).hasSize(200);
            assertThat(estimate.u()).isEqualTo(target.u());
            TimeGrid grid = new TimeGrid(points);
            int atTheEnd = 0;
            for (int i = 0; i < 200; i++) {
                int lower = index(grid, estimate.t()[i]);
                assertThat(index(grid, target.t()[i])).isEqualTo(lower + 1);
                assertThat(index(grid, target.u()[i])).isGreaterThanOrEqualTo(lower + 1);
                atTheEnd += index(grid, target.u()[i]) == points - 1 ? 1 : 0;
            }
            // Others come to T by chance; below by more than six standard deviations comes one case in 10⁹.
            assertThat(atTheEnd).isGreaterThanOrEqualTo((int)
                    (200 * endTargets - 6 * Math.sqrt(200 * endTargets * (1 - endTargets)) - 1));
        }
    }

    private static int index(TimeGrid grid, double time) {
        return Arrays.binarySearch(
                IntStream.range(0, grid.points())
                        .mapToDouble(n -> (float) grid.time(n))
                        .toArray(),
                time);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0   | 1   | 0.5 | weight must be positive, is 0.0
                    1   | 0   | 0.5 | share must lie in (0,1], is 0.0
                    1   | 1.5 | 0.5 | share must lie in (0,1], is 1.5
                    1   | 1   | 1.1 | end_targets must lie in [0,1], is 1.1
                    NaN | 1   | 0.5 | weight must be positive, is NaN
                    """)
    void whatCanNotBeMeantIsRefused(double weight, double share, double endTargets, String message) {
        assertThatThrownBy(() -> new InversionConsistency(weight, share, endTargets))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
