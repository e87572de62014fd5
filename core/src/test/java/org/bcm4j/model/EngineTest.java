package org.bcm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.network.SmallNetworks;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What computes an evaluation, and that the compiled function computes what libtorch does. On the CPU. */
class EngineTest {
    /** Relative to the largest output: sums have another order. */
    private static final double TOLERANCE = 1e-5;

    private final Scope scope = Scope.open();
    private final NoGradients constants = new NoGradients();
    private final SeededGenerator generator = new SeededGenerator(4, Device.CPU);

    @AfterEach
    void close() {
        generator.close();
        constants.close();
        scope.close();
    }

    private static AdmConfig adm(int width, Conditioning conditioning, int classes) {
        return new AdmConfig(
                16,
                2,
                2,
                6,
                width,
                List.of(1, 2),
                1,
                List.of(4),
                8,
                true,
                0,
                16,
                conditioning,
                classes,
                classes > 0,
                true);
    }

    private static ModelConfig config(ModelKind kind, NetworkConfig network) {
        return new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", List.of());
    }

    private TrainedModel model(ModelConfig config) {
        Weights weights = Weights.initialized(config.network().build().layout(), generator, Device.CPU);
        // Initial weights have zeros where a network begins with no effect.
        weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(0.05)));
        return new TrainedModel(config, weights, Device.CPU, Precision.FP32);
    }

    @Test
    void smallNetworksInFloat32AreCompiledOnAProcessor() {
        AdmConfig small = adm(8, Conditioning.JOINT, 3);
        AdmConfig large = adm(512, Conditioning.JOINT, 3);
        assertThat(Engine.of(small.build(), Device.CPU, Precision.FP32)).isEqualTo(Engine.COMPILED);
        assertThat(Engine.of(large.build(), Device.CPU, Precision.FP32)).isEqualTo(Engine.PACKED);
        assertThat(Engine.of(small.build(), Device.CPU, Precision.BF16))
                .isEqualTo(Precision.BF16.isNativeOn(Device.CPU) ? Engine.PACKED : Engine.PLAIN);
        assertThat(Engine.of(small.build(), Device.CUDA, Precision.FP32)).isEqualTo(Engine.PLAIN);
        assertThat(Engine.fastestPrecision(small.build(), Device.CPU)).isEqualTo(Precision.FP32);
        assertThat(Engine.fastestPrecision(large.build(), Device.CPU)).isEqualTo(Precision.fastestOn(Device.CPU));
    }

    /** Alone, in several parts, and in parts of different sizes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 70})
    void whatIsCompiledComputesWhatLibtorchDoes(int images) {
        try (TrainedModel model = model(config(ModelKind.BIDIRECTIONAL, adm(8, Conditioning.JOINT, 3)))) {
            Tensor t = times(images, 80, 1.5, 0.07);
            Tensor u = times(images, 0.002, 1.5, 20, 80);
            Tensor x = generator.normal(model.shape(images)).mul(t.view(-1, 1, 1, 1));
            Optional<Tensor> labels = model.cyclicLabels(1, images);
            assertClose(model.traverse(x, t, u, labels), libtorchs(model, x, t, u, labels));
        }
    }

    /** By a caller with three threads; two of them get 23 images each, and one 24. */
    @Test
    void aBatchIsSharedOutToTheThreadsOfTheCaller() {
        int before = Lanes.most();
        torch.set_num_threads(3);
        try {
            whatIsCompiledComputesWhatLibtorchDoes(70);
        } finally {
            torch.set_num_threads(before);
        }
    }

    /** Each kind has its own preconditioning. */
    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void soItIsForEachKindOfModel(ModelKind kind) {
        boolean told = kind == ModelKind.BIDIRECTIONAL;
        NetworkConfig network = told
                ? adm(8, Conditioning.ALIGNED, 0)
                : SmallNetworks.ncsnpp(Encoder.RESIDUAL, Decoder.STANDARD, new Features.Fourier(16), Conditioning.TIME);
        try (TrainedModel model = model(config(kind, network))) {
            Tensor t = times(3, 80, 1.5, 0.07);
            Tensor u = Device.CPU.full(0.002, 3);
            Tensor x = generator.normal(model.shape(3)).mul(t.view(-1, 1, 1, 1));
            Tensor output = kind == ModelKind.DENOISER
                    ? model.denoise(x, t, Optional.empty())
                    : model.traverse(x, t, u, Optional.empty());
            assertClose(output, libtorchs(model, x, t, u, Optional.empty()));
        }
    }

    @Test
    void aViewOfAnotherOrderIsRead() {
        try (TrainedModel model = model(config(ModelKind.BIDIRECTIONAL, adm(8, Conditioning.JOINT, 0)))) {
            Tensor x = generator.normal(model.shape(4)).transpose(2, 3);
            assertClose(
                    model.traverse(x, 2, 80, Optional.empty()),
                    model.traverse(x.contiguous(), 2, 80, Optional.empty()));
        }
    }

    /** Threads that ask at the same time get what one gets alone. */
    @Test
    void manyThreadsEvaluateAtOnce() {
        try (TrainedModel model = model(config(ModelKind.BIDIRECTIONAL, adm(8, Conditioning.JOINT, 0)))) {
            Tensor x = generator.normal(model.shape(6)).mul(scalar(80));
            Tensor alone = model.traverse(x, 80, 0.002, Optional.empty());
            assertThat(IntStream.range(0, 40).parallel().mapToObj(i -> {
                        try (Scope own = Scope.open()) {
                            return model.traverse(x, 80, 0.002, Optional.empty())
                                    .equal(alone);
                        }
                    }))
                    .doesNotContain(false);
        }
    }

    private static Tensor times(int images, double... cycle) {
        return Device.CPU.floats(IntStream.range(0, images)
                .mapToDouble(i -> cycle[i % cycle.length])
                .toArray());
    }

    private static Tensor libtorchs(TrainedModel model, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        ModelConfig config = model.config();
        return new ConsistencyFunction(config.network().build(), config.kind())
                .apply(Pass.evaluating(model.weights()), x, t, u, labels);
    }

    private static void assertClose(Tensor computed, Tensor expected) {
        assertThat(Fixture.relativeError(computed, expected)).isLessThan(TOLERANCE);
    }
}
