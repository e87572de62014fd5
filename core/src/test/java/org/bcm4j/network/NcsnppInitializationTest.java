package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/**
 * An NCSN++ starts as its authors' did: uniform with the variance 2/(fan in + fan out), a fifth of that for q, k and v, zero at the end of
 * branches. Tolerance: the variance of n uniform numbers deviates by √(0.8/n) of itself, at most 1.5 % here; 6 % is four times that.
 */
class NcsnppInitializationTest {
    private static final NcsnppUNet NETWORK = new NcsnppConfig(
                    8,
                    3,
                    32,
                    List.of(1, 2),
                    1,
                    List.of(4),
                    new NcsnppConfig.Features.Fourier(0.02),
                    NcsnppConfig.Encoder.RESIDUAL,
                    NcsnppConfig.Decoder.STANDARD,
                    List.of(1, 3, 3, 1),
                    4,
                    0,
                    Conditioning.TIME,
                    0,
                    false)
            .build();

    @Test
    void variancesAreTheAuthors() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(5, testDevice());
                Weights weights = Weights.initialized(NETWORK.layout(), generator, testDevice())) {
            assertVariance(weights, "map_layer1.weight", 2.0 / (128 + 128));
            assertVariance(weights, "enc.4x4_block0.conv0.weight", 2.0 / ((32 + 64) * 9));
            assertVariance(weights, "enc.4x4_block0.affine.weight", 2.0 / (128 + 64));
            assertVariance(weights, "dec.4x4_block0.skip.weight", 2.0 / (128 + 64));
            assertVariance(weights, "enc.4x4_block0.qkv.weight", 0.2 * 2.0 / (64 + 3 * 64));
            for (String zero :
                    List.of("enc.4x4_block0.conv1.weight", "enc.4x4_block0.proj.weight", "dec.8x8_aux_conv.weight")) {
                assertThat(weights.get(zero).abs().max().item_double()).as(zero).isZero();
            }
        }
    }

    private static void assertVariance(Weights weights, String name, double expected) {
        Tensor weight = weights.get(name);
        assertThat(weight.square().mean().item_double()).as(name).isCloseTo(expected, within(0.06 * expected));
        // Uniform: the largest is √3 deviations from zero; a normal law would go beyond.
        assertThat(weight.abs().max().item_double())
                .as(name)
                .isBetween(0.98 * Math.sqrt(3 * expected), 1.0001 * Math.sqrt(3 * expected));
    }
}
