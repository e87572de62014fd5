package org.bcm4j.metrics.inception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bcm4j.interop.FormulaWeights;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The Inception network against pytorch-fid's. Tolerance 1e-4 of the largest value; the recordings' own rounding is some 1e-7. */
class InceptionParityTest {
    private static final double TOLERANCE = 1e-4;

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private interface Block extends BiFunction<InceptionLayers, Tensor, Tensor> {}

    static Stream<Arguments> blocks() {
        return Stream.of(
                block("FIDInceptionA", (layers, x) -> layers.blockA("", x)),
                block("InceptionB", (layers, x) -> layers.blockB("", x)),
                block("FIDInceptionC", (layers, x) -> layers.blockC("", x)),
                block("InceptionD", (layers, x) -> layers.blockD("", x)),
                block("FIDInceptionE_1", (layers, x) -> layers.blockE("", x, InceptionLayers.Pooling.AVERAGE)),
                block("FIDInceptionE_2", (layers, x) -> layers.blockE("", x, InceptionLayers.Pooling.MAXIMUM)));
    }

    private static Arguments block(String name, Block block) {
        return Arguments.of(name, block);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("blocks")
    void everyBlock(String name, Block block) {
        Fixture fixture = Fixture.open("inception_fid/" + name);
        Map<String, Tensor> stored = stored("inception_fid/" + name);
        WeightLayout.Builder layout = new WeightLayout.Builder();
        stored.forEach((key, tensor) -> layout.declare(key, Initialization.ZERO, tensor.shape()));
        try (Weights weights = Weights.zeros(layout.build(), testDevice())) {
            weights.load(stored, name);
            Tensor y = block.apply(new InceptionLayers(weights), fixture.tensor("x"));
            assertThat(Fixture.relativeError(y, fixture.tensor("y"))).isLessThan(TOLERANCE);
        }
    }

    private static Map<String, Tensor> stored(String name) {
        Map<String, Tensor> floats = new LinkedHashMap<>();
        Safetensors.read(Fixture.folder(name).resolve("model.safetensors"))
                .tensors()
                .forEach((key, tensor) -> {
                    if (tensor.is_floating_point()) {
                        floats.put(key, tensor);
                    }
                });
        return floats;
    }

    @Test
    void theWholeNetworkAtASixteenthOfItsWidth() {
        Fixture fixture = Fixture.open("inception_fid/full_scaled");
        try (InceptionNetwork network = InceptionNetwork.of(stored("inception_fid/full_scaled"), "scaled", "")) {
            Tensor x = fixture.tensor("x");
            Tensor resized = InceptionNetwork.resized(x).narrow(2, 0, 20).narrow(3, 140, 20);
            assertThat(Fixture.relativeError(resized, fixture.tensor("resized_crop")))
                    .isLessThan(1e-6);
            Tensor features = network.features(x);
            assertThat(Fixture.relativeError(features, fixture.tensor("features")))
                    .isLessThan(TOLERANCE);
            assertThat(Fixture.relativeError(network.probabilities(features), fixture.tensor("probs_nobias")))
                    .isLessThan(TOLERANCE);
            assertThat(network.dimension()).isEqualTo(128);
        }
    }

    @Test
    void theWholeNetworkAtFullWidth() {
        Fixture fixture = Fixture.open("formula_inception_fid");
        FormulaWeights formula = new FormulaWeights(fixture.config().get("SALT").asLong());
        // The names are those of the small network, the widths 16 times larger but for the image's colours and the
        // 1,008 classes.
        Map<String, Tensor> weights = new LinkedHashMap<>();
        stored("inception_fid/full_scaled").forEach((name, small) -> {
            long[] shape = small.shape();
            shape[0] = name.startsWith("fc.") ? 1008 : 16 * shape[0];
            if (shape.length > 1 && !name.equals("Conv2d_1a_3x3.conv.weight")) {
                shape[1] *= 16;
            }
            weights.put(name, HostTensors.ofFloats(formula.values(name, shape), shape));
        });
        try (InceptionNetwork network = InceptionNetwork.of(weights, "by formula", "")) {
            Tensor features = network.features(fixture.tensor("x"));
            assertThat(Fixture.relativeError(features, fixture.tensor("features")))
                    .isLessThan(TOLERANCE);
            assertThat(network.dimension()).isEqualTo(2048);
        }
    }

    @Test
    void otherWeightsAreRefused() {
        assertThatThrownBy(() -> InceptionNetwork.of(Map.of(), "x.pth", ""))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("x.pth: lacks Conv2d_1a_3x3.conv.weight");
    }

    /** Torchvision's network has all the names of pytorch-fid's and more, and its distances are no FID. */
    @Test
    void weightsOfALargerNetworkAreRefused() {
        Map<String, Tensor> weights = stored("inception_fid/full_scaled");
        assertThat(weights).containsKey("fc.bias");
        weights.put("AuxLogits.conv0.conv.weight", HostTensors.ofFloats(new float[2], 2, 1, 1, 1));
        assertThatThrownBy(() -> InceptionNetwork.of(weights, "x.pth", ""))
                .isInstanceOf(UserException.class)
                .hasMessage("x.pth: holds AuxLogits.conv0.conv.weight, which the FID's network does not have; name"
                        + " pytorch-fid's weights of the Inception network (pt_inception-2015-12-05)");
    }
}
