package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions against libtorch's in float64, which oneDNN does not compute. */
class LibtorchConvolutionTest {
    private static final long[] ONE = {1, 1};
    private static final int SIDE = 14;

    /** Frees memory of the size of tensors with whole blocks, full of NaN, which the next tensors of that size get. */
    private static void spoilMemory(int images) {
        try (Scope scope = Scope.open()) {
            for (int channels = 16; channels <= 48; channels += 16) {
                for (int i = 0; i < 4; i++) {
                    testDevice().full(Double.NaN, images, channels, SIDE, SIDE);
                }
            }
        }
    }

    /** A result and the gradients of its inputs. */
    private static List<Tensor> differentiated(
            ScalarType type, List<Tensor> inputs, Tensor slope, BinaryOperator<Tensor> f) {
        Tensor x = inputs.get(0).to(type).detach().clone().set_requires_grad(true);
        Tensor weight = inputs.get(1).to(type).detach().clone().set_requires_grad(true);
        Tensor y = f.apply(x, weight);
        y.backward(slope.to(y.scalar_type()), new BoolOptional(), false, new TensorArrayRefOptional());
        return List.of(y, x.grad(), weight.grad());
    }

    private static void assertSame(List<Tensor> computed, List<Tensor> expected, double bound, String what) {
        List<String> names = List.of("result", "gradient of the input", "gradient of the weight");
        for (int i = 0; i < names.size(); i++) {
            Tensor difference = computed.get(i).to(ScalarType.Double).sub(expected.get(i));
            double error = torch.norm(difference).item_double()
                    / torch.norm(expected.get(i)).item_double();
            assertThat(error).as("%s, %s", what, names.get(i)).isLessThan(bound);
        }
    }

    /** float32 sums up to a thousand products: 1e-6 of the whole. bfloat16 rounds the factors to 8 bits: 0.3 %. */
    private static double bound(Precision precision) {
        return precision == Precision.FP32 ? 1e-5 : 0.01;
    }

    private static List<Precision> precisions() {
        return Precision.BF16.isNativeOn(testDevice())
                ? List.of(Precision.FP32, Precision.BF16)
                : List.of(Precision.FP32);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 3, 1", "1, 16, 3, 1", "3, 32, 3, 1", "4, 48, 3, 1", "12, 48, 3, 1", "17, 16, 3, 1", "24, 24, 3, 1",
        "16, 1, 3, 1", "16, 3, 3, 1", "48, 4, 3, 1", "33, 5, 3, 1", "48, 48, 3, 1", "96, 48, 3, 1", "1, 8, 1, 1",
        "20, 3, 1, 1", "96, 48, 1, 1", "48, 48, 3, 2", "48, 96, 3, 2", "17, 24, 3, 2", "3, 32, 3, 2", "32, 1, 1, 2"
    })
    void convolutionsAreThoseOfFloat64(int in, int out, int kernel, int stride) {
        Window window = new Window(stride, kernel / 2, 1);
        for (int images : new int[] {1, 33}) {
            for (Precision precision : precisions()) {
                try (Scope scope = Scope.open();
                        SeededGenerator generator = new SeededGenerator(1, testDevice())) {
                    List<Tensor> inputs = List.of(
                            generator.normal(images, in, SIDE, SIDE), generator.normal(out, in, kernel, kernel));
                    Tensor bias = generator.normal(out);
                    Tensor slope = generator.normal(images, out, (SIDE - 1) / stride + 1, (SIDE - 1) / stride + 1);
                    spoilMemory(images);
                    List<Tensor> computed = differentiated(ScalarType.Float, inputs, slope, (x, w) -> {
                        try (Precision.Guard guard = precision.on(testDevice())) {
                            return LibtorchConvolution.apply(x, w, Optional.of(bias), window);
                        }
                    });
                    long[] steps = {stride, stride};
                    long[] padding = {kernel / 2, kernel / 2};
                    TensorOptional exactBias = new TensorOptional(bias.to(ScalarType.Double));
                    List<Tensor> expected = differentiated(
                            ScalarType.Double,
                            inputs,
                            slope,
                            (x, w) -> torch.conv2d(x, w, exactBias, steps, padding, ONE, 1));
                    String what = "%s, %d images, %d to %d channels".formatted(precision, images, in, out);
                    assertSame(computed, expected, bound(precision), what);
                    try (Precision.Guard guard = precision.on(testDevice())) {
                        Tensor constant =
                                LibtorchConvolution.apply(inputs.get(0), inputs.get(1), Optional.of(bias), window);
                        Tensor difference = constant.to(ScalarType.Double).sub(expected.get(0));
                        assertThat(torch.norm(difference).item_double()
                                        / torch.norm(expected.get(0)).item_double())
                                .as("%s, without gradient", what)
                                .isLessThan(bound(precision));
                    }
                }
            }
        }
    }

    /** As {@link FirResampling} has them, each channel by itself, in float32. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "16", "17", "48"})
    void filtersAreThoseOfFloat64(int channels) {
        Window window = new Window(2, 1, channels);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            List<Tensor> inputs =
                    List.of(generator.normal(3, channels, SIDE, SIDE), generator.normal(channels, 1, 4, 4));
            long[] steps = {2, 2};
            long[] none = {0, 0};
            Tensor up = generator.normal(3, channels, 2 * SIDE, 2 * SIDE);
            spoilMemory(3);
            assertSame(
                    differentiated(
                            ScalarType.Float, inputs, up, (x, w) -> LibtorchConvolution.transposed(x, w, window)),
                    differentiated(
                            ScalarType.Double,
                            inputs,
                            up,
                            (x, w) -> torch.conv_transpose2d(
                                    x, w, new TensorOptional(), steps, ONE, none, channels, ONE)),
                    1e-5,
                    channels + " channels up");
            Tensor down = generator.normal(3, channels, SIDE / 2, SIDE / 2);
            spoilMemory(3);
            assertSame(
                    differentiated(
                            ScalarType.Float,
                            inputs,
                            down,
                            (x, w) -> LibtorchConvolution.apply(x, w, Optional.empty(), window)),
                    differentiated(
                            ScalarType.Double,
                            inputs,
                            down,
                            (x, w) -> torch.conv2d(x, w, new TensorOptional(), steps, ONE, ONE, channels)),
                    1e-5,
                    channels + " channels down");
        }
    }
}
