package org.bcm4j.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bcm4j.images.Pixels;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.SampledPoints;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published code's samplers and inversions, move by move, as walks that are given the recorded noises. */
class SamplersParityTest {
    /** Relative to the largest value of each tensor. Measured: 6.3e-6, after three evaluations. */
    private static final double TOLERANCE = 1e-4;

    private Scope scope;
    private Fixture fixture;
    private TrainedModel model;

    @BeforeEach
    void open() {
        scope = Scope.open();
        fixture = Fixture.open("samplers");
        ModelConfig config =
                new ModelConfig(ModelConfig.FORMAT, ModelKind.BIDIRECTIONAL, Fixture.BCM_ADM, "random", List.of());
        model = new TrainedModel(config, Fixture.bcmAdmWeights(), testDevice(), Precision.FP32);
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 80 > 0, one_step/out",
        "2, 80 > 2.4 > 0, two_step/after1 two_step/out",
        "3, 80 > 0 +0.1 > 1.2 > 0, one_step/out zigzag3/after_noise zigzag3/after_amplify zigzag3/out",
        "4, 80 > 3 > 0 +0.12 > 0.4 > 0, mixed4/after1 mixed4/after2 mixed4/after_noise mixed4/after_amplify mixed4/out",
    })
    void generation(int nfe, String walk, String points) {
        List<Tensor> visited = new ArrayList<>();
        SampledPoints arrival = walker(visited, "z1").generate(Walk.parse(walk), fixture.tensor("z0"));

        assertThat(arrival.nfe()).isEqualTo(nfe);
        assertVisited(visited, points);
    }

    @ParameterizedTest
    @CsvSource({
        "inversion, 0 +0.07 > 15 > 80, inversion/noised inversion/after1 inversion/latent",
        "inversion1, 0 +0.07 > 80, inversion/noised inversion1/latent",
    })
    void inversionAndReconstruction(String inversion, String walk, String points) {
        Tensor image = fixture.tensor("image");
        List<Tensor> visited = new ArrayList<>();
        SampledPoints latent = walker(visited, "z_inv").from(Walk.parse(walk), image);
        assertVisited(visited, points);

        visited.clear();
        Tensor reconstruction =
                walker(visited).from(Walk.parse("80 > 0"), latent.x()).x();
        assertVisited(visited, inversion + "/reconstruction");
        // Both as truncated bytes, scaled to [0,1]: a pixel that rounds the other way moves the mean by 1e-5 of itself.
        double error = unit(image).sub(unit(reconstruction)).square().mean().item_double();
        double expected = fixture.doubles(inversion + "/mse_uint8")[0];
        assertThat(error / expected).isBetween(1 - 1e-4, 1 + 1e-4);
    }

    /** Truncation is exact, but where the float lies so near a whole number that rounding decides. */
    @Test
    void bytes() {
        Tensor image = walker(new ArrayList<>())
                .generate(Walk.parse("80 > 0"), fixture.tensor("z0"))
                .x();
        byte[] actual = HostTensors.bytes(Pixels.toBytes(image).permute(0, 2, 3, 1));
        byte[] expected = HostTensors.bytes(fixture.tensor("one_step/out_uint8_nhwc"));
        float[] signal = HostTensors.floats(fixture.tensor("one_step/out").permute(0, 2, 3, 1));
        for (int i = 0; i < expected.length; i++) {
            double level = (signal[i] + 1) * 127.5;
            boolean onTheEdge = Math.abs(level - Math.rint(level)) < 1e-3;
            int difference = Math.abs(Byte.toUnsignedInt(actual[i]) - Byte.toUnsignedInt(expected[i]));
            assertThat(difference).as("byte %d of level %f", i, level).isLessThanOrEqualTo(onTheEdge ? 1 : 0);
        }
    }

    /** A walker that draws the named noises, in order, and keeps a copy of every point it visits. */
    private Walker walker(List<Tensor> visited, String... noises) {
        Deque<String> script = new ArrayDeque<>(List.of(noises));
        Optional<Tensor> labels = Optional.of(fixture.tensor("y"));
        return new Walker(
                (x, from, to) -> model.traverse(x, from, to, labels),
                shape -> fixture.tensor(script.removeFirst()),
                (move, x, time) -> {
                    visited.add(Scope.own(x.clone()));
                    return x;
                });
    }

    private void assertVisited(List<Tensor> visited, String points) {
        String[] names = points.split(" ");
        assertThat(visited).hasSameSizeAs(names);
        for (int i = 0; i < names.length; i++) {
            try (Tensor point = visited.get(i)) {
                assertThat(Fixture.relativeError(point, fixture.tensor(names[i])))
                        .as(names[i])
                        .isLessThan(TOLERANCE);
            }
        }
    }

    /** As the published script measures: truncated bytes, scaled to [0,1]. */
    private static Tensor unit(Tensor image) {
        return Pixels.toBytes(image).to(ScalarType.Double).div(scalar(255.0));
    }
}
