package org.bcm4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.OnnxFile;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.network.Network;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.network.SmallNetworks;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every network keeps to, whatever its architecture. Whoever adds one adds a line to {@link #networks}; a kind that is missing there fails
 * a test.
 */
class NetworkContractTest {
    private static final int BATCH = 3;

    @TempDir
    Path directory;

    static Stream<NetworkConfig> networks() {
        return Stream.of(
                adm(1, 0, Conditioning.JOINT, 3, true),
                adm(2, 4, Conditioning.JOINT, 0, false),
                adm(1, 0, Conditioning.ALIGNED, 2, false),
                adm(1, 0, Conditioning.TIME, 0, false),
                SmallNetworks.ncsnpp(Encoder.RESIDUAL, Decoder.STANDARD, new Features.Fourier(16), Conditioning.JOINT),
                SmallNetworks.ncsnpp(Encoder.STANDARD, Decoder.STANDARD, new Features.Positional(), Conditioning.TIME));
    }

    private static AdmConfig adm(int patch, int fine, Conditioning conditioning, int classes, boolean nullClass) {
        return new AdmConfig(
                8,
                1,
                patch,
                fine,
                8,
                List.of(1, 2),
                1,
                List.of(4),
                8,
                true,
                0,
                16,
                conditioning,
                classes,
                nullClass,
                true);
    }

    @Test
    void everyKindOfNetworkIsAmongThem() {
        assertThat(networks().map(Object::getClass).distinct())
                .containsExactlyInAnyOrder(NetworkConfig.class.getPermittedSubclasses());
    }

    /** A network with weights of which none is zero, and inputs at three pairs of noise scales. */
    private static final class Case implements AutoCloseable {
        final Scope scope = Scope.open();
        final Network network;
        final Weights weights;
        final Tensor x;
        final Tensor t;
        final Tensor u;
        final Optional<Tensor> labels;

        Case(NetworkConfig config) {
            network = config.build();
            try (SeededGenerator generator = new SeededGenerator(7, Device.CPU)) {
                weights = Weights.initialized(network.layout(), generator, Device.CPU);
                weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(0.05)));
                x = generator.normal(BATCH, config.imageChannels(), config.imageSize(), config.imageSize());
            }
            t = Device.CPU.floats(80, 1.5, 0.07);
            u = Device.CPU.floats(0.5, 1.5, 20);
            labels = config.classes() == 0 ? Optional.empty() : Optional.of(Device.CPU.integers(0, 1, 1));
        }

        Tensor output(Weights used, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
            return network.apply(Pass.evaluating(used), x, t, u, labels);
        }

        Tensor output() {
            return output(weights, x, t, u, labels);
        }

        @Override
        public void close() {
            weights.close();
            scope.close();
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theOutputHasTheShapeOfTheInput(NetworkConfig config) {
        try (Case of = new Case(config);
                NoGradients constants = new NoGradients()) {
            Tensor output = of.output();
            assertThat(output.shape()).isEqualTo(of.x.shape());
            assertThat(output.isfinite().all().item_bool()).isTrue();
        }
    }

    /** To 1e-5 of the largest: the batch changes the order of sums. */
    @ParameterizedTest
    @MethodSource("networks")
    void anImageDoesNotSeeTheOthersOfItsBatch(NetworkConfig config) {
        try (Case of = new Case(config);
                NoGradients constants = new NoGradients()) {
            Tensor together = of.output();
            for (int i = 0; i < BATCH; i++) {
                int image = i;
                Tensor alone = of.output(
                        of.weights,
                        of.x.narrow(0, i, 1),
                        of.t.narrow(0, i, 1),
                        of.u.narrow(0, i, 1),
                        of.labels.map(all -> all.narrow(0, image, 1)));
                assertThat(Fixture.relativeError(alone, together.narrow(0, i, 1)))
                        .isLessThan(1e-5);
            }
        }
    }

    /** So no parameter is declared and not used. Random Fourier features keep the frequencies that were drawn first. */
    @ParameterizedTest
    @MethodSource("networks")
    void gradientsReachEveryParameterAndTheInput(NetworkConfig config) {
        try (Case of = new Case(config);
                Weights live = of.weights.trainable()) {
            Tensor x = of.x.detach().clone();
            x.set_requires_grad(true);
            of.output(live, x, of.t, of.u, of.labels).square().sum().backward();
            assertThat(x.grad().abs().max().item_double()).isPositive();
            List<String> untouched = new ArrayList<>();
            live.views().forEach((name, view) -> {
                boolean fixed = name.endsWith(".freqs");
                if (!fixed && view.grad().abs().max().item_double() == 0) {
                    untouched.add(name);
                }
            });
            assertThat(untouched).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theTargetTimeMattersIfAndOnlyIfTheNetworkIsToldIt(NetworkConfig config) {
        try (Case of = new Case(config);
                NoGradients constants = new NoGradients()) {
            Tensor elsewhere = of.output(of.weights, of.x, of.t, of.u.mul(scalar(1.5)), of.labels);
            assertThat(elsewhere.equal(of.output())).isEqualTo(config.conditioning() == Conditioning.TIME);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theCostIsPositiveAndParametersAreNamedOnce(NetworkConfig config) {
        Network network = config.build();
        assertThat(network.cost().multiplyAdds()).isPositive();
        assertThat(network.cost().activations()).isPositive();
        assertThat(network.layout().slots().keySet()).doesNotHaveDuplicates().allMatch(name -> name.matches("[\\w.]+"));
        assertThat(config.summary()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aConfigurationIsReadBackFromItsText(NetworkConfig config) {
        ModelConfig model = model(config);
        assertThat(ConfigFile.parse(ConfigFile.toJson(model), "json", ModelConfig.class))
                .isEqualTo(model);
    }

    /** Measured: at most 3e-6. */
    @ParameterizedTest
    @MethodSource("networks")
    void anotherEngineComputesTheSameFromOnnx(NetworkConfig config) throws OrtException {
        try (Case of = new Case(config);
                NoGradients constants = new NoGradients()) {
            Path file = directory.resolve("model.onnx");
            OnnxFile.write(file, model(config), of.weights);
            Tensor expected = new ConsistencyFunction(of.network, model(config).kind())
                    .apply(Pass.evaluating(of.weights), of.x, of.t, of.u, of.labels);
            try (OnnxEngine engine = new OnnxEngine(file)) {
                Tensor actual = engine.run(of.x, of.t, of.u, of.labels);
                assertThat(Fixture.relativeError(actual, expected)).isLessThan(1e-4);
            }
        }
    }

    private static ModelConfig model(NetworkConfig config) {
        ModelKind kind = config.conditioning() == Conditioning.TIME ? ModelKind.CONSISTENCY : ModelKind.BIDIRECTIONAL;
        return new ModelConfig(ModelConfig.FORMAT, kind, config, "nothing", List.of());
    }
}
