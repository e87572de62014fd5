package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NCSN++'s features of noise, its attention and its norm, against their definitions. */
class NcsnppLayersTest {
    private Scope scope;
    private SeededGenerator generator;

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = new SeededGenerator(12, testDevice());
    }

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    @Test
    void fourierFeaturesAreSinesThenCosinesOfTurnsTimesTheirScale() {
        FourierFeatures features = new FourierFeatures("freqs", 4, 0.5);
        try (Weights weights = Weights.zeros(TracedLayers.layout(features::apply), testDevice())) {
            weights.get("freqs").copy_(testDevice().floats(1, -3));
            double[] actual = HostTensors.doubles(
                    features.ofArgument(Pass.evaluating(weights), testDevice().floats(0.25)));
            double turn = 2 * Math.PI * 0.5 * 0.25;
            double[] expected = {Math.sin(turn), Math.sin(-3 * turn), Math.cos(turn), Math.cos(-3 * turn)};
            assertThat(actual).containsExactly(expected, within(1e-6));
        }
    }

    @Test
    void positionalFrequenciesFallFromOneToATenThousandth() {
        try (Weights none = Weights.zeros(new WeightLayout.Builder().build(), testDevice())) {
            Tensor features = new PositionalFeatures(6)
                    .ofArgument(Pass.evaluating(none), testDevice().floats(-1.5));
            double[] expected = {
                Math.sin(-1.5), Math.sin(-0.015), Math.sin(-0.00015), Math.cos(-1.5), Math.cos(-0.015), 1
            };
            assertThat(HostTensors.doubles(features)).containsExactly(expected, within(1e-6));
        }
        assertThatThrownBy(() -> new PositionalFeatures(2)).hasMessage("width must be even and 4 or more, is 2");
    }

    /** One channel, so that a position's q, k and v are three numbers. */
    @Test
    void attentionMixesValuesByTheProductsOfQueriesAndKeys() {
        GroupNorm norm = new GroupNorm("norm", 1, 1, 1e-6);
        Attention attention = new Attention(
                "attention",
                1,
                1,
                Attention.Order.INTERLEAVED,
                false,
                norm,
                new Convolution("qkv", 1, 3, 1),
                new Convolution("proj", 1, 1, 1));
        WeightLayout layout = TracedLayers.layout(attention::apply, 1, 1, 2);
        try (Weights weights = Weights.initialized(layout, generator, testDevice())) {
            weights.get("qkv.weight").copy_(testDevice().floats(2, 0.5, 3).view(3, 1, 1, 1));
            weights.get("qkv.bias").copy_(testDevice().floats(0.1, 0.2, 0.3));
            weights.get("proj.weight").fill_(scalar(1.0));
            // Standardised already, so the norm lets them through.
            Tensor x = testDevice().floats(1, -1).view(1, 1, 1, 2);
            double[] actual = HostTensors.doubles(attention.apply(Pass.evaluating(weights), x));

            double[] q = {2.1, -1.9};
            double[] k = {0.7, -0.3};
            double[] v = {3.3, -2.7};
            for (int i = 0; i < 2; i++) {
                double first = Math.exp(q[i] * k[0]);
                double second = Math.exp(q[i] * k[1]);
                double expected = (first * v[0] + second * v[1]) / (first + second);
                assertThat(actual[i]).isCloseTo(expected, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 2", "24, 6", "128, 32", "384, 32"})
    void aGroupHasFourChannelsUpTo32Groups(int channels, int groups) {
        assertThat(GroupNorm.ncsnpp("norm", channels).groups()).isEqualTo(groups);
    }
}
