package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.Network;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.PackedConvolution;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Both kernels sum the same products in different orders. */
class PackedConvolutionsTest {
    /** A sum of 9·96 products of normal numbers rounds to a millionth of its size, a network of such sums to a few. */
    private static final double BOUND = 1e-5;

    /** A product in bfloat16 has 8 bits, and is rounded once. In a network, roundings add up to some of them. */
    private static final double BFLOAT16_BOUND = 0.02;

    private final Scope scope = Scope.open();
    private final NoGradients constants = new NoGradients();
    private final SeededGenerator generator = new SeededGenerator(3, Device.CPU);

    @AfterEach
    void close() {
        generator.close();
        constants.close();
        scope.close();
    }

    /** A folded image, a fine exit, attention and both resamplings; filters, a pyramid and a stride. */
    static Stream<NetworkConfig> networks() {
        return Stream.of(
                new AdmConfig(
                        8,
                        1,
                        2,
                        4,
                        24,
                        List.of(1, 2),
                        1,
                        List.of(4),
                        8,
                        true,
                        0,
                        16,
                        Conditioning.JOINT,
                        2,
                        true,
                        true),
                new NcsnppConfig(
                        8,
                        3,
                        32,
                        List.of(1, 2),
                        1,
                        List.of(4),
                        new NcsnppConfig.Features.Positional(),
                        NcsnppConfig.Encoder.RESIDUAL,
                        NcsnppConfig.Decoder.STANDARD,
                        List.of(1, 3, 3, 1),
                        4,
                        0,
                        Conditioning.TIME,
                        0,
                        false));
    }

    /** bfloat16 only where the processor has it: where it is emulated, it is not packed. */
    static Stream<Precision> precisions() {
        return Stream.of(Precision.FP32, Precision.BF16)
                .filter(precision -> PackedConvolutions.areAvailableOn(Device.CPU, precision));
    }

    private static double bound(Precision precision) {
        return precision == Precision.FP32 ? BOUND : BFLOAT16_BOUND;
    }

    static Stream<Arguments> networksAndPrecisions() {
        return networks().flatMap(network -> precisions().map(precision -> Arguments.of(network, precision)));
    }

    /** The weights are packed for the batch of the first evaluation; all others must be right as well. */
    @ParameterizedTest
    @MethodSource("networksAndPrecisions")
    void aNetworkComputesTheSameAtEveryBatch(NetworkConfig config, Precision precision) {
        Network network = config.build();
        try (Weights weights = Weights.initialized(network.layout(), generator, Device.CPU);
                PackedConvolutions packed = new PackedConvolutions(weights);
                Precision.Guard guard = precision.on(Device.CPU)) {
            // Initial weights have zeros where a network begins with no effect.
            weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(0.05)));
            for (long batch : new long[] {2, 1, 33}) {
                Tensor x = generator.normal(batch, config.imageChannels(), config.imageSize(), config.imageSize());
                Tensor t = generator.uniform(batch).mul(scalar(80)).add(scalar(0.002));
                Optional<Tensor> labels = config.classes() > 0
                        ? Optional.of(Device.CPU.integers(new long[(int) batch]))
                        : Optional.empty();
                Pass plain = Pass.evaluating(weights);
                Tensor expected = network.apply(plain, x, t, t, labels);
                Tensor computed = network.apply(plain.convolvedBy(packed), x, t, t, labels);
                assertThat(distance(computed, expected)).as("batch %d", batch).isLessThan(bound(precision));
            }
        }
    }

    static Stream<Arguments> kernelsAndPrecisions() {
        return Stream.of(1, 3).flatMap(kernel -> precisions().map(precision -> Arguments.of(kernel, precision)));
    }

    /** Numbers of outputs of which some leave the last block of a packed weight unfilled. */
    @ParameterizedTest
    @MethodSource("kernelsAndPrecisions")
    void everyNumberOfOutputsIsComputed(int kernel, Precision precision) {
        for (int outputs = 1; outputs < 210; outputs += outputs < 114 ? 1 : 5) {
            requireRight(24, outputs, kernel, precision);
        }
    }

    /** Numbers of inputs of which some leave the last block of channels unfilled. */
    @ParameterizedTest
    @MethodSource("kernelsAndPrecisions")
    void everyNumberOfInputsIsComputed(int kernel, Precision precision) {
        int least = precision == Precision.FP32 ? 1 : 2; // one is computed by libtorch's own
        for (int inputs = least; inputs < 70; inputs++) {
            requireRight(inputs, 24, kernel, precision);
        }
    }

    private void requireRight(int inputs, int outputs, int kernel, Precision precision) {
        try (Scope inner = Scope.open();
                Precision.Guard guard = precision.on(Device.CPU)) {
            ScalarType type = Precision.typeOfProducts(Device.CPU);
            Tensor x = generator.normal(2, inputs, 5, 5).to(type);
            Tensor weight = generator.normal(outputs, inputs, kernel, kernel).to(type);
            Tensor bias = generator.normal(outputs).to(type);
            Tensor expected = exactly(x, weight, bias, kernel / 2);
            try (PackedConvolution convolution = new PackedConvolution(weight, bias, kernel / 2, x.shape())) {
                assertThat(distance(convolution.apply(x), expected))
                        .as("%d inputs, %d outputs", inputs, outputs)
                        .isLessThan(bound(precision));
            }
        }
    }

    /** In float64, which oneDNN does not compute. */
    private static Tensor exactly(Tensor x, Tensor weight, Tensor bias, long padding) {
        return torch.conv2d(
                x.to(ScalarType.Double),
                weight.to(ScalarType.Double),
                new TensorOptional(bias.to(ScalarType.Double)),
                new long[] {1, 1},
                new long[] {padding, padding},
                new long[] {1, 1},
                1);
    }

    @Test
    void aWeightOfNobodyIsNotKept() {
        Network network = networks().findFirst().orElseThrow().build();
        try (Weights weights = Weights.initialized(network.layout(), generator, Device.CPU);
                PackedConvolutions packed = new PackedConvolutions(weights)) {
            for (int i = 0; i < 3; i++) {
                try (Scope inner = Scope.open()) {
                    Tensor x = generator.normal(1, 2, 5, 5);
                    Tensor weight = generator.normal(3, 2, 3, 3);
                    Optional<Tensor> bias = Optional.of(generator.normal(3));
                    Tensor computed = packed.convolve(x, weight, bias, Window.keepingSize(3));
                    Tensor expected = LibtorchConvolution.apply(x, weight, bias, Window.keepingSize(3));
                    assertThat(distance(computed, expected)).isZero();
                }
            }
        }
    }

    /** A GPU has its own kernels. */
    @Test
    void onlyProcessorsPackThemWhereTheyDoNotEmulate() {
        assertThat(PackedConvolutions.areAvailableOn(Device.CPU, Precision.FP32))
                .isTrue();
        assertThat(PackedConvolutions.areAvailableOn(Device.CPU, Precision.BF16))
                .isEqualTo(Precision.BF16.isNativeOn(Device.CPU));
        assertThat(PackedConvolutions.areAvailableOn(Device.CPU, Precision.FP16))
                .isFalse();
        assertThat(PackedConvolutions.areAvailableOn(Device.CUDA, Precision.FP32))
                .isFalse();
    }

    /** The largest difference, in units of the largest number. */
    private static double distance(Tensor a, Tensor b) {
        return a.to(b.dtype()).sub(b).abs().max().item_double() / b.abs().max().item_double();
    }
}
