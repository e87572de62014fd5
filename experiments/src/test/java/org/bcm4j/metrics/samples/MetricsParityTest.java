package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Distances and scores against those of the published evaluation code, in double precision. */
class MetricsParityTest {
    /** Divides neither the splits nor the whole. */
    private static final long BATCH = 7;

    private static final double TOLERANCE = 1e-6;

    private Scope scope;
    private Fixture fixture;
    private JsonNode expected;

    @BeforeEach
    void open() {
        scope = Scope.open();
        fixture = Fixture.open("metrics");
        expected = fixture.config().get("expected");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** By eigenvalues, as here; the general root of the reference strays by 1e-8 of its value where covariances are singular. */
    @Test
    void frechetDistancesOfGaussians() {
        int compared = 0;
        for (Map.Entry<String, JsonNode> entry : expected.get("frechet").properties()) {
            String prefix = "frechet/" + entry.getKey() + "/";
            double distance = FrechetDistance.between(
                    fixture.doubles(prefix + "mu1"),
                    fixture.doubles(prefix + "sigma1"),
                    fixture.doubles(prefix + "mu2"),
                    fixture.doubles(prefix + "sigma2"));
            double reference = entry.getValue().get("eig").asDouble();
            assertThat(distance)
                    .as(entry.getKey())
                    .isCloseTo(reference, within(TOLERANCE * Math.max(1, Math.abs(reference))));
            compared++;
        }
        assertThat(compared).isEqualTo(14);
    }

    @Test
    void distancesOfFeatures() {
        Tensor x = fixture.tensor("features/X");
        Tensor y = fixture.tensor("features/Y");
        JsonNode values = expected.get("features");
        FeatureMoments first = new FeatureMoments(10);
        FeatureMoments second = new FeatureMoments(10);
        first.add(x);
        second.add(y);
        assertThat(FrechetDistance.between(first, second))
                .isCloseTo(values.get("fid").asDouble(), within(TOLERANCE));
        assertThat(KernelDistance.between(x, y))
                .isCloseTo(values.get("kid_unbiased_fullbatch").asDouble(), within(TOLERANCE));
        assertThat(PrecisionRecall.of(x, y)).isEqualTo(precisionRecall(values.get("precision_recall_ref")));
        assertThat(PrecisionRecall.of(y, x)).isEqualTo(precisionRecall(values.get("precision_recall_swapped")));
    }

    private static PrecisionRecall precisionRecall(JsonNode node) {
        return new PrecisionRecall(
                node.get("precision").asDouble(), node.get("recall").asDouble());
    }

    @ParameterizedTest
    @ValueSource(longs = {5000, 130, 50, 13})
    void inceptionScores(long splitSize) {
        double reference =
                expected.get("inception_score").get("split_size=" + splitSize).asDouble();
        for (Tensor probabilities :
                List.of(fixture.tensor("is/probs"), fixture.tensor("is/logits").softmax(1))) {
            for (long batch : new long[] {probabilities.size(0), BATCH}) {
                InceptionScore score = new InceptionScore(splitSize);
                for (long start = 0; start < probabilities.size(0); start += batch) {
                    score.add(probabilities.narrow(0, start, Math.min(batch, probabilities.size(0) - start)));
                }
                assertThat(score.value()).isCloseTo(reference, within(TOLERANCE));
            }
        }
    }
}
