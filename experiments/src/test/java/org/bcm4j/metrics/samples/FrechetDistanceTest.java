package org.bcm4j.metrics.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.Stream;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Against the fixture {@code metrics}, whose values come from pytorch-fid and NumPy. */
@TestInstance(Lifecycle.PER_CLASS)
class FrechetDistanceTest {
    private Scope scope;
    private Fixture fixture;

    @BeforeAll
    void open() {
        scope = Scope.open();
        fixture = Fixture.open("metrics");
    }

    @AfterAll
    void close() {
        scope.close();
    }

    static Stream<Map.Entry<String, JsonNode>> cases() {
        try (Scope reading = Scope.open()) {
            return Fixture.open("metrics").config().path("expected").path("frechet").properties().stream();
        }
    }

    /** For singular laws the published reference's root of an unsymmetric matrix is itself off by 1e-8. */
    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReferences(Map.Entry<String, JsonNode> named) {
        double distance = distance(named.getKey(), 1, 2);

        double symmetric = named.getValue().path("eig").asDouble();
        assertThat(distance).isCloseTo(symmetric, within(1e-6 * Math.max(1, symmetric)));
        JsonNode published = named.getValue().path("pytorch_fid");
        assertThat(distance).isCloseTo(published.asDouble(), within(1e-6 * Math.max(1, published.asDouble())));
    }

    @Test
    void theOrderOfTheLawsDoesNotMatter() {
        double oneWay = distance("near_singular_d40", 1, 2);
        double otherWay = distance("near_singular_d40", 2, 1);

        assertThat(oneWay).isCloseTo(otherWay, within(1e-6 * otherWay));
    }

    @Test
    void measuresFeaturesThatComeInBatches() {
        FeatureMoments x = new FeatureMoments(10);
        FeatureMoments y = new FeatureMoments(10);
        x.add(fixture.tensor("features/X").narrow(0, 0, 1));
        x.add(fixture.tensor("features/X").narrow(0, 1, 119));
        y.add(fixture.tensor("features/Y").narrow(0, 0, 50));
        y.add(fixture.tensor("features/Y").narrow(0, 50, 40));

        double expected =
                fixture.config().path("expected").path("features").path("fid").asDouble();
        assertThat(FrechetDistance.between(x, y)).isCloseTo(expected, within(1e-9 * expected));
    }

    @Test
    void refusesFeaturesThatAreNotFinite() {
        FeatureMoments broken = new FeatureMoments(1);
        Tensor features = HostTensors.ofFloats(new float[] {1, Float.NaN}, 2, 1);
        broken.add(features);

        assertThatThrownBy(() -> FrechetDistance.between(broken, broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the features are not finite");
    }

    private double distance(String name, int first, int second) {
        String folder = "frechet/" + name + "/";
        return FrechetDistance.between(
                fixture.doubles(folder + "mu" + first),
                fixture.doubles(folder + "sigma" + first),
                fixture.doubles(folder + "mu" + second),
                fixture.doubles(folder + "sigma" + second));
    }
}
