package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which parts of a network are float32 in half precision: those that tell neighbouring times and small noises apart. */
class HalfPrecisionTest {
    private Scope scope;
    private NoGradients constants;
    private SeededGenerator generator;

    @BeforeEach
    void open() {
        scope = Scope.open();
        constants = new NoGradients();
        generator = new SeededGenerator(6, testDevice());
    }

    @AfterEach
    void close() {
        generator.close();
        constants.close();
        scope.close();
    }

    /** A network, and the names of its parts that are float32. */
    private record Subject(NetworkConfig config, List<String> exact) {}

    private static AdmConfig adm(int patch, int fineWidth, Conditioning conditioning) {
        return new AdmConfig(
                8, 1, patch, fineWidth, 16, List.of(1, 2), 1, List.of(4), 8, true, 0, 16, conditioning, 2, true, true);
    }

    private static NcsnppConfig ncsnpp(NcsnppConfig.Decoder decoder) {
        return new NcsnppConfig(
                8,
                3,
                16,
                List.of(1, 2),
                1,
                List.of(4),
                new NcsnppConfig.Features.Positional(),
                NcsnppConfig.Encoder.RESIDUAL,
                decoder,
                List.of(1, 3, 3, 1),
                4,
                0,
                Conditioning.JOINT,
                0,
                false);
    }

    static Stream<Subject> networks() {
        List<String> ofAdm = List.of("embedding", "input_blocks.0");
        return Stream.of(
                new Subject(adm(1, 0, Conditioning.ALIGNED), ofAdm),
                new Subject(adm(2, 4, Conditioning.JOINT), ofAdm),
                new Subject(ncsnpp(NcsnppConfig.Decoder.STANDARD), List.of("map_noise", "enc.8x8_conv")),
                new Subject(ncsnpp(NcsnppConfig.Decoder.OUTPUT_SKIP), List.of("map_noise", "enc.8x8_conv")));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void embeddingEntranceAndOutputAreFloat32(Subject subject) {
        NetworkConfig config = subject.config();
        Network network = config.build();
        try (Weights weights = Weights.initialized(network.layout(), generator, testDevice())) {
            // Initial weights have zeros where a network begins with no effect.
            weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(0.05)));
            Tensor x = generator.normal(4, config.imageChannels(), config.imageSize(), config.imageSize());
            Tensor t = testDevice().floats(0.01, 0.0101, 3, 80);
            Optional<Tensor> labels =
                    config.classes() > 0 ? Optional.of(testDevice().integers(0, 1, 2, 0)) : Optional.empty();
            Map<String, float[]> exact = new HashMap<>();
            Map<String, float[]> half = new HashMap<>();
            Tensor expected = evaluate(network, weights, Precision.FP32, exact, x, t, labels);
            Tensor computed = evaluate(network, weights, Precision.BF16, half, x, t, labels);

            assertThat(half).containsKeys(subject.exact().toArray(String[]::new));
            for (String part : subject.exact()) {
                assertThat(half.get(part)).as(part).isEqualTo(exact.get(part));
            }
            Tensor rounded = computed.to(ScalarType.BFloat16).to(ScalarType.Float);
            double rounding = relative(rounded, computed);
            assertThat(rounding).as("the output has finer steps than bfloat16").isGreaterThan(1e-3);
            // The inner layers round; a few hundredths is what they made of it.
            assertThat(relative(computed, expected)).isBetween(1e-5, 0.05);
        }
    }

    private static Tensor evaluate(
            Network network,
            Weights weights,
            Precision precision,
            Map<String, float[]> parts,
            Tensor x,
            Tensor t,
            Optional<Tensor> labels) {
        Pass pass = Pass.evaluating(weights)
                .observedBy((part, output) -> parts.put(part, HostTensors.floats(output.to(ScalarType.Float))));
        try (Precision.Guard guard = precision.on(testDevice())) {
            return network.apply(pass, x, t, t.mul(scalar(0.5)), labels);
        }
    }

    private static double relative(Tensor a, Tensor b) {
        return torch.norm(a.sub(b)).item_double() / torch.norm(b).item_double();
    }
}
