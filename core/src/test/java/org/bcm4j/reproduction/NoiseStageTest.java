package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bcm4j.model.IntervalLaw;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What is computed of noises and of laws, on inputs whose answer is known. */
class NoiseStageTest {
    @Test
    void drawnNoiseIsGaussian() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, Device.CPU)) {
            NoiseFigures figures = NoiseFigures.of(generator.normal(new long[] {400, 1, 16, 16}));
            // Five standard errors of 102,400 numbers: 1/√n, 1/√2n, √(6/n), √(24/n).
            assertThat(figures.mean()).isCloseTo(0, within(0.016));
            assertThat(figures.deviation()).isCloseTo(1, within(0.011));
            assertThat(figures.skewness()).isCloseTo(0, within(0.038));
            assertThat(figures.excessKurtosis()).isCloseTo(0, within(0.077));
            // 0.87/√256; 5 % of 400 noises, five standard errors of 1.1 %.
            assertThat(figures.kolmogorovSmirnov()).isCloseTo(0.054, within(0.005));
            assertThat(figures.rejected()).isCloseTo(0.05, within(0.055));
            assertThat(figures.autocorrelations())
                    .hasSize(4)
                    .allSatisfy(value -> assertThat(value).isCloseTo(0, within(0.016)));
        }
    }

    @Test
    void neighboursThatAreAlikeCorrelate() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, Device.CPU)) {
            Tensor rows = generator.normal(new long[] {200, 1, 16, 1});
            Tensor stripes = rows.expand(new long[] {200, 1, 16, 16}).contiguous();
            // Along a row all numbers are the same, across they are independent; 3,200 of them are drawn.
            assertThat(NoiseFigures.of(stripes).autocorrelations())
                    .allSatisfy(value -> assertThat(value).isCloseTo(0.5, within(0.06)));
        }
    }

    @Test
    void uniformNumbersAreNot() {
        try (Scope scope = Scope.open()) {
            Tensor ramp =
                    torch.linspace(new Scalar(-1.0), new Scalar(1.0), 4096).reshape(1, 1, 64, 64);
            NoiseFigures figures = NoiseFigures.of(torch.cat(new TensorVector(ramp, ramp), 0));
            assertThat(figures.deviation()).isCloseTo(1 / Math.sqrt(3), within(1e-3));
            assertThat(figures.excessKurtosis()).isCloseTo(-1.2, within(1e-2));
            assertThat(figures.rejected()).isEqualTo(1);
            // Where N(0,1) is at ±1, the ramp is at 0 and 1: 0.1587.
            assertThat(figures.kolmogorovSmirnov()).isCloseTo(0.1587, within(1e-3));
        }
    }

    @Test
    void theEmbeddingKeepsClustersApart() {
        SplittableRandom random = new SplittableRandom(1);
        double[][] space = IntStream.range(0, 60)
                .mapToObj(i -> IntStream.range(0, 20)
                        .mapToDouble(k -> random.nextDouble() + (k == i / 20 ? 10 : 0))
                        .toArray())
                .toArray(double[][]::new);
        for (double[][] where : List.of(space, NoiseEmbedding.embedded(space))) {
            int[] nearest = NoiseEmbedding.nearest(where);
            assertThat(IntStream.range(0, 60)
                            .filter(i -> nearest[i] / 20 == i / 20)
                            .count())
                    .isEqualTo(60);
            assertThat(IntStream.range(0, 60).filter(i -> nearest[i] == i).count())
                    .isZero();
        }
    }

    @Test
    void coverageIsALawAndEndsWhereItIsSent() {
        Provenance provenance = new Provenance("coverage", "", "", Map.of(), "");
        IntervalLaw.Settings spread = new IntervalLaw.Settings(IntervalLaw.EndPoints.INCLUDED, -1.1, 2, 0.2, 0.2, 0.1);
        Coverage.Result result = new Coverage(Coverage.PAPER, spread, 700).measure(provenance);
        for (Coverage.Law law : List.of(result.paper(), result.here())) {
            assertThat(law.density().stream()
                            .flatMap(List::stream)
                            .mapToDouble(cell -> cell)
                            .sum())
                    .isCloseTo(1, within(1e-9));
        }
        assertThat(result.edges()).hasSize(Coverage.BINS + 1);
        assertThat(result.edges().get(0)).isCloseTo(0.002, within(1e-12));
        assertThat(result.paper().end()).isLessThan(0.02);
        assertThat(result.here().end()).isBetween(0.1, 0.13);
        // The paper's diagnosis: of 20 bins, the 7 largest times hold little.
        double large = result.paper().density().subList(13, 20).stream()
                .flatMap(List::stream)
                .mapToDouble(cell -> cell)
                .sum();
        assertThat(large).isLessThan(0.35);
    }

    @Test
    void aWalkCanBeginWithoutItsNoise() {
        assertThat(InitialNoise.withoutNoise(Walk.parse("0 +0.07 > 6 > 80"))).isEqualTo(Walk.parse("0 > 6 > 80"));
        assertThat(InitialNoise.withoutNoise(Walk.parse("0 +0.07 > 80"))).isEqualTo(Walk.parse("0 > 80"));
    }
}
