package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/**
 * The pyramids of the input-skip encoder and the output-skip decoder, of which no outputs were recorded, against plain loops in double
 * precision. Three levels, so that each pyramid has a step that is not its first. Tolerance: 1e-5 of the largest number, a few roundings
 * of float32.
 */
class NcsnppPyramidTest {
    private static final int SIZE = 16;
    private static final int WIDTH = 8;
    private static final int IMAGE_CHANNELS = 2;
    private static final NcsnppUNet NETWORK = new NcsnppConfig(
                    SIZE,
                    IMAGE_CHANNELS,
                    WIDTH,
                    List.of(1, 1, 1),
                    1,
                    List.of(),
                    new NcsnppConfig.Features.Positional(),
                    Encoder.INPUT_SKIP,
                    Decoder.OUTPUT_SKIP,
                    List.of(1, 3, 3, 1),
                    4,
                    0,
                    Conditioning.TIME,
                    0,
                    false)
            .build();

    private final Map<String, double[]> heard = new HashMap<>();

    /** The image itself is halved, twice for the lowest resolution, and added unscaled through a 1×1 convolution. */
    @Test
    void theHalvedImageIsAddedToTheFeaturesOfEachLowerResolution() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, testDevice());
                Weights weights = Weights.initialized(NETWORK.layout(), generator, testDevice())) {
            weights.get("enc.8x8_aux_skip.bias").copy_(generator.normal(WIDTH));
            Tensor image = generator.normal(1, IMAGE_CHANNELS, SIZE, SIZE);
            run(weights, image);

            double[] halved = halved(HostTensors.doubles(image), SIZE);
            assertMet(weights, "enc.8x8_", halved);
            assertMet(weights, "enc.4x4_", halved(halved, SIZE / 2));
        }
    }

    private void assertMet(Weights weights, String level, double[] halved) {
        double[] skip = convolved(
                HostTensors.doubles(weights.get(level + "aux_skip.weight")),
                HostTensors.doubles(weights.get(level + "aux_skip.bias")),
                halved);
        double[] features = heard(level + "down");
        // Before training a block's second convolution is zero, so that it puts out what came in, rescaled.
        double[] expected = new double[features.length];
        Arrays.setAll(expected, i -> (features[i] + skip[i]) * Math.sqrt(0.5));
        assertClose(heard(level + "block0"), expected);
    }

    /** Each resolution makes an image; lower ones are doubled and added, unscaled. */
    @Test
    void theOutputIsTheSumOfTheImagesOfAllResolutions() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(4, testDevice());
                Weights weights = Weights.zeros(NETWORK.layout(), testDevice())) {
            weights.views().values().forEach(view -> view.copy_(generator.normal(view.shape())));
            double[] output = run(weights, generator.normal(1, IMAGE_CHANNELS, SIZE, SIZE));

            double[] lower = doubled(heard("dec.4x4_aux_conv"), SIZE / 4);
            double[] middle = doubled(sum(lower, heard("dec.8x8_aux_conv")), SIZE / 2);
            assertClose(output, sum(middle, heard("dec.16x16_aux_conv")));
            assertThat(Arrays.stream(lower).map(Math::abs).max().orElseThrow()).isPositive();
        }
    }

    private double[] run(Weights weights, Tensor image) {
        Pass pass = Pass.evaluating(weights)
                .observedBy((part, output) -> heard.put(part, HostTensors.doubles(output.contiguous())));
        Tensor time = testDevice().floats(0.7);
        return HostTensors.doubles(NETWORK.apply(pass, image, time, time, Optional.empty()));
    }

    private double[] heard(String part) {
        return Objects.requireNonNull(heard.get(part), part);
    }

    private static void assertClose(double[] actual, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(actual).containsExactly(expected, within(1e-5 * largest));
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        Arrays.setAll(sum, i -> a[i] + b[i]);
        return sum;
    }

    /** 1×1: weight [out,in], planes [in,positions] to [out,positions]. */
    private static double[] convolved(double[] weight, double[] bias, double[] planes) {
        int in = weight.length / bias.length;
        int positions = planes.length / in;
        double[] out = new double[bias.length * positions];
        for (int o = 0; o < bias.length; o++) {
            for (int p = 0; p < positions; p++) {
                out[o * positions + p] = bias[o];
                for (int i = 0; i < in; i++) {
                    out[o * positions + p] += weight[o * in + i] * planes[i * positions + p];
                }
            }
        }
        return out;
    }

    /** Planes of side × side, each pixel of the half the mean of 4×4 by the weights 1, 3, 3, 1; zeros beyond the border. */
    private static double[] halved(double[] planes, int side) {
        int half = side / 2;
        double[] taps = {1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0};
        double[] out = new double[planes.length / 4];
        for (int i = 0; i < out.length; i++) {
            int plane = i / (half * half);
            int y = 2 * (i / half % half) - 1;
            int x = 2 * (i % half) - 1;
            for (int dy = 0; dy < taps.length; dy++) {
                for (int dx = 0; dx < taps.length; dx++) {
                    out[i] += taps[dy] * taps[dx] * pixel(planes, side, plane, y + dy, x + dx);
                }
            }
        }
        return out;
    }

    /** Planes of side × side, each new pixel ¾ of the old one it lies in and ¼ of the neighbour it lies next to, in either direction. */
    private static double[] doubled(double[] planes, int side) {
        int twice = 2 * side;
        double[] out = new double[planes.length * 4];
        for (int i = 0; i < out.length; i++) {
            int plane = i / (twice * twice);
            int row = i / twice % twice;
            int column = i % twice;
            int y = row / 2;
            int x = column / 2;
            int besideY = row % 2 == 0 ? y - 1 : y + 1;
            int besideX = column % 2 == 0 ? x - 1 : x + 1;
            out[i] = (9 * pixel(planes, side, plane, y, x)
                            + 3 * pixel(planes, side, plane, besideY, x)
                            + 3 * pixel(planes, side, plane, y, besideX)
                            + pixel(planes, side, plane, besideY, besideX))
                    / 16;
        }
        return out;
    }

    private static double pixel(double[] planes, int side, int plane, int y, int x) {
        boolean inside = y >= 0 && y < side && x >= 0 && x < side;
        return inside ? planes[(plane * side + y) * side + x] : 0;
    }
}
