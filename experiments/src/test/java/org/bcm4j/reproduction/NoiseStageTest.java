package org.bcm4j.reproduction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bcm4j.training.terms.IntervalLaw;
import org.bcm4j.walk.Walk;
import org.junit.jupiter.api.Test;

/** What is computed of noises and of laws, on inputs whose answer is known. */
class NoiseStageTest {
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
        Provenance provenance = new Provenance("coverage", "", "", Map.of(), "", "cpu", "fp32");
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
