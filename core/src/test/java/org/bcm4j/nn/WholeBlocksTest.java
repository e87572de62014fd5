package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions with channels that do not fill oneDNN's blocks. */
class WholeBlocksTest {
    private static final int IMAGES = 32;
    private static final int SIDE = 14;
    private static final int ROUNDS = 20;

    /** Frees memory of the size of a tensor with whole blocks, full of NaN, which the next tensor of that size gets. */
    private static void spoilMemory() {
        try (Scope scope = Scope.open()) {
            for (int channels = 16; channels <= 48; channels += 16) {
                for (int i = 0; i < 4; i++) {
                    testDevice().full(Double.NaN, IMAGES, channels, SIDE, SIDE);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 16, 3",
        "3, 32, 3",
        "17, 16, 3",
        "24, 24, 3",
        "16, 1, 3",
        "48, 4, 3",
        "33, 5, 3",
        "1, 8, 1",
        "20, 3, 1"
    })
    void readNothingThatWasNotWritten(int in, int out, int kernel) {
        for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
            if (precision.isNativeOn(testDevice())) {
                for (int round = 0; round < ROUNDS; round++) {
                    convolve(precision, in, out, kernel);
                }
            }
        }
    }

    private static void convolve(Precision precision, int in, int out, int kernel) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            Tensor x = generator.normal(IMAGES, in, SIDE, SIDE).set_requires_grad(true);
            Tensor weight = generator.normal(out, in, kernel, kernel).set_requires_grad(true);
            Tensor bias = generator.normal(out).set_requires_grad(true);
            Tensor y;
            spoilMemory();
            try (Precision.Guard guard = precision.on(testDevice())) {
                y = Pass.plainConvolution(x, weight, Optional.of(bias), Window.keepingSize(kernel));
            }
            assertThat(y.shape()).containsExactly(IMAGES, out, SIDE, SIDE);
            Tensor sum = y.square().mean();
            spoilMemory();
            sum.backward();
            for (Tensor tensor : new Tensor[] {y, x.grad(), weight.grad(), bias.grad()}) {
                assertThat(HostTensors.floats(tensor.isfinite().all().to(ScalarType.Float)))
                        .as("%s, %d to %d channels", precision, in, out)
                        .containsExactly(1);
            }
        }
    }
}
