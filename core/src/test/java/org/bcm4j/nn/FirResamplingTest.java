package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirResamplingTest {
    private static final FirResampling BOX = new FirResampling(List.of(1, 1));
    private static final FirResampling SMOOTH = new FirResampling(List.of(1, 3, 3, 1));

    @Test
    void agreesWithScoreSdesCode() {
        try (Scope scope = Scope.open()) {
            Fixture fixture = Fixture.open("ncsnpp_song");
            Tensor x = fixture.tensor("fir/x");
            FirDownConvolution convolution = new FirDownConvolution("down", 3, 4, SMOOTH);
            try (Weights weights = Weights.zeros(layout(convolution), testDevice())) {
                Pass pass = Pass.evaluating(weights);
                assertThat(Fixture.relativeError(SMOOTH.up(pass, x), fixture.tensor("fir/up")))
                        .isLessThan(1e-6);
                assertThat(Fixture.relativeError(SMOOTH.down(pass, x), fixture.tensor("fir/down")))
                        .isLessThan(1e-6);
                weights.get("down.weight").copy_(fixture.tensor("fir/w"));
                Tensor convolved = convolution.apply(pass, x);
                assertThat(Fixture.relativeError(convolved, fixture.tensor("fir/conv_down")))
                        .isLessThan(1e-6);
            }
        }
    }

    @Test
    void twoEqualTapsAreMeansAndNearestNeighbours() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, testDevice());
                Weights none = Weights.zeros(new WeightLayout.Builder().build(), testDevice())) {
            Pass pass = Pass.evaluating(none);
            Tensor x = generator.normal(2, 3, 4, 6);
            assertThat(Fixture.relativeError(BOX.down(pass, x), Resampling.Pixels.HALVED.apply(pass, x)))
                    .isLessThan(1e-6);
            assertThat(BOX.up(pass, x).equal(Resampling.Pixels.DOUBLED.apply(pass, x)))
                    .isTrue();
        }
    }

    @Test
    void aConstantStaysAwayFromTheBorder() {
        try (Scope scope = Scope.open();
                Weights none = Weights.zeros(new WeightLayout.Builder().build(), testDevice())) {
            Pass pass = Pass.evaluating(none);
            Tensor x = testDevice().full(3, 1, 2, 8, 8);
            Tensor halved = SMOOTH.down(pass, x).narrow(2, 1, 2).narrow(3, 1, 2);
            Tensor doubled = SMOOTH.up(pass, x).narrow(2, 1, 14).narrow(3, 1, 14);
            assertThat(halved.equal(testDevice().full(3, 1, 2, 2, 2))).isTrue();
            assertThat(doubled.equal(testDevice().full(3, 1, 2, 14, 14))).isTrue();
        }
    }

    /** ⟨up x, y⟩ = 4·⟨x, down y⟩: one is the other's transpose, but for the gain. */
    @Property(tries = 20)
    void doublingIsTheTransposeOfHalving(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int pairs) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(seed, testDevice());
                Weights none = Weights.zeros(new WeightLayout.Builder().build(), testDevice())) {
            Pass pass = Pass.evaluating(none);
            FirResampling resampling =
                    new FirResampling(List.of(1, 2, 3, 3, 2, 1).subList(3 - pairs, 3 + pairs));
            Tensor x = generator.normal(2, 3, 4, 5);
            Tensor y = generator.normal(2, 3, 8, 10);
            double up = resampling.up(pass, x).mul(y).sum().item_double();
            double down = resampling.down(pass, y).mul(x).sum().item_double();
            assertThat(up).isCloseTo(4 * down, within(1e-3));
        }
    }

    /** EDM's order: the convolution at full resolution, on as much border as the filter then takes away. */
    @Property(tries = 10)
    void convolvingFirstAndHalvingThenIsTheSame(@ForAll long seed, @ForAll boolean smooth) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(seed, testDevice())) {
            FirResampling resampling = smooth ? SMOOTH : BOX;
            FirDownConvolution convolution = new FirDownConvolution("down", 3, 5, resampling);
            try (Weights weights = Weights.zeros(layout(convolution), testDevice())) {
                weights.views().values().forEach(view -> view.copy_(generator.normal(view.shape())));
                Tensor x = generator.normal(2, 3, 6, 8);
                long border = smooth ? 1 : 0;
                Tensor convolved = torch.conv2d(
                        x,
                        weights.get("down.weight"),
                        new TensorOptional(weights.get("down.bias")),
                        new long[] {1, 1},
                        new long[] {1 + border, 1 + border},
                        new long[] {1, 1},
                        1);
                Pass pass = Pass.evaluating(weights);
                Tensor expected = halvedWithoutBorder(pass, resampling, convolved, border);
                assertThat(Fixture.relativeError(convolution.apply(pass, x), expected))
                        .isLessThan(1e-5);
            }
        }
    }

    /** The smoothed image has a window that begins {@code border} pixels before the image in its first row and column. */
    private static Tensor halvedWithoutBorder(Pass pass, FirResampling resampling, Tensor x, long border) {
        Tensor smoothed = resampling.smoothed(pass, x, 0);
        long height = smoothed.size(2) - 2 * border;
        long width = smoothed.size(3) - 2 * border;
        Tensor whole = smoothed.narrow(2, border, height).narrow(3, border, width);
        return whole.index_select(2, everyOther(height)).index_select(3, everyOther(width));
    }

    private static Tensor everyOther(long size) {
        long[] indices = new long[Math.toIntExact((size + 1) / 2)];
        Arrays.setAll(indices, i -> 2L * i);
        return testDevice().integers(indices);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1,2,1", "0,0", "1,2", "-1,-1"})
    void refusesWhatIsNoFilter(String taps) {
        List<Integer> filter = taps.isEmpty()
                ? List.of()
                : Arrays.stream(taps.split(",")).map(Integer::valueOf).toList();
        assertThatThrownBy(() -> new FirResampling(filter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("filter must be an even number of positive taps")
                .hasMessageEndingWith("is " + filter);
    }

    private static WeightLayout layout(FirDownConvolution convolution) {
        return TracedLayers.layout(convolution::apply, convolution.in(), 8, 8);
    }
}
