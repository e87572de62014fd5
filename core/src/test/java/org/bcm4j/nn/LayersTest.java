package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What group norm, attention and resampling must do whatever their weights are. */
class LayersTest {
    private Scope scope;
    private SeededGenerator generator;

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = new SeededGenerator(8, testDevice());
    }

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"32, 32", "192, 32", "48, 16", "24, 8", "7, 1", "64, 32"})
    void admHas32GroupsOrAsManyAsDivideTheChannels(int channels, int groups) {
        assertThat(GroupNorm.adm("norm", channels).groups()).isEqualTo(groups);
    }

    @Test
    void groupNormStandardizesEachGroup() {
        GroupNorm norm = new GroupNorm("norm", 4, 8, 1e-5);
        WeightLayout layout = TracedLayers.layout(norm::apply, norm.channels(), 8, 8);
        try (Weights weights = Weights.initialized(layout, generator, testDevice())) {
            Tensor x = generator.normal(3, 8, 5, 5).mul(scalar(7.0)).add(scalar(-2.0));
            Tensor groups = norm.apply(Pass.evaluating(weights), x).view(3 * 4, -1);
            for (long i = 0; i < groups.size(0); i++) {
                Tensor group = groups.select(0, i);
                assertThat(group.mean().item_double()).isBetween(-1e-5, 1e-5);
                assertThat(group.square().mean().item_double()).isBetween(1 - 1e-4, 1 + 1e-4);
            }
        }
    }

    /** libtorch crashes the process here unless the layer keeps such inputs from it. */
    @Test
    void groupNormSurvivesChannelsLastInputThatNeedsNoGradient() {
        GroupNorm norm = GroupNorm.adm("norm", 32);
        WeightLayout layout = TracedLayers.layout(norm::apply, norm.channels(), 8, 8);
        try (Weights weights = Weights.initialized(layout, generator, testDevice());
                Weights live = weights.trainable()) {
            Tensor x = generator.normal(2, 32, 8, 8);
            Tensor channelsLast = x.contiguous(torch.MemoryFormat.ChannelsLast);
            Tensor y = norm.apply(Pass.evaluating(live), channelsLast);
            y.square().sum().backward();

            assertThat(y.equal(norm.apply(Pass.evaluating(live), x))).isTrue();
            assertThat(HostTensors.floats(live.get("norm.weight").grad())).doesNotContain(0);
        }
    }

    @Test
    void attentionDoesNotKnowWherePositionsAre() {
        Attention attention = Attention.adm("attention", 32, 8, true);
        try (Weights weights = random(attention)) {
            Pass pass = Pass.evaluating(weights);
            Tensor x = generator.normal(2, 32, 4, 4);
            Tensor flippedAfter = attention.apply(pass, x).flip(2, 3);
            Tensor flippedBefore = attention.apply(pass, x.flip(2, 3));

            assertThat(flippedAfter.sub(flippedBefore).abs().max().item_double())
                    .isLessThan(1e-4);
            assertThat(flippedAfter.abs().max().item_double()).isGreaterThan(0.1);
        }
    }

    /** q, k and v are normalised, so scaling the three convolutions' weights together changes next to nothing. */
    @Test
    void attentionIgnoresTheScaleOfItsQueriesKeysAndValues() {
        Attention attention = Attention.adm("attention", 32, 8, true);
        try (Weights weights = random(attention)) {
            Pass pass = Pass.evaluating(weights);
            Tensor x = generator.normal(2, 32, 4, 4);
            Tensor before = attention.apply(pass, x);
            weights.get("attention.qkv.weight").mul_(scalar(20.0));
            weights.get("attention.qkv.bias").mul_(scalar(20.0));

            // The 1e-4 beside the norm is all that is left of the scale.
            assertThat(attention.apply(pass, x).sub(before).abs().max().item_double())
                    .isLessThan(5e-3);
        }
    }

    /** Without normalisation: softmax(qᵀk/√d)·v of each head, as libtorch's own attention has it. */
    @Test
    void plainAttentionIsLibtorchs() {
        Attention attention = Attention.adm("attention", 32, 8, false);
        try (Weights weights = random(attention);
                Precision.Guard exact = Precision.FP32.on(testDevice())) {
            Pass pass = Pass.evaluating(weights);
            Tensor x = generator.normal(2, 32, 4, 4);
            // [B,3,heads,d,positions] to three of [B,heads,positions,d].
            Tensor byHead = attention
                    .qkv()
                    .apply(pass, attention.norm().apply(pass, x))
                    .view(2, 3, 4, 8, 16)
                    .transpose(3, 4);
            Tensor mixed = torch.scaled_dot_product_attention(
                    byHead.select(1, 0).contiguous(),
                    byHead.select(1, 1).contiguous(),
                    byHead.select(1, 2).contiguous());
            Tensor expected =
                    attention.projection().apply(pass, mixed.transpose(2, 3).reshape(2, 32, 4, 4));
            assertThat(attention.apply(pass, x).sub(expected).abs().max().item_double())
                    .isLessThan(1e-4);
        }
    }

    @Test
    void attentionAddsNothingBeforeTraining() {
        Attention attention = Attention.adm("attention", 32, 8, true);
        WeightLayout layout = TracedLayers.layout(attention::apply, 32, 4, 4);
        try (Weights weights = Weights.initialized(layout, generator, testDevice())) {
            Tensor x = generator.normal(2, 32, 4, 4);
            assertThat(attention.apply(Pass.evaluating(weights), x).abs().max().item_double())
                    .isZero();
        }
    }

    /** GPUs use the fused attention. Measured: 3e-7 of the largest number, a few roundings of float32. */
    @Test
    void fusedAttentionIsExplicitAttention() {
        Tensor q = generator.normal(2, 4, 8, 16);
        Tensor k = generator.normal(2, 4, 8, 16);
        Tensor v = generator.normal(2, 4, 8, 16);
        Tensor difference = Pass.fusedAttention(q, k, v).sub(Pass.explicitAttention(q, k, v));
        assertThat(difference.abs().max().item_double()).isLessThan(1e-5);
    }

    @Test
    void resamplingUpThenDownReturns() {
        try (Weights none = Weights.zeros(new WeightLayout.Builder().build(), testDevice())) {
            Pass pass = Pass.evaluating(none);
            Tensor x = generator.normal(2, 3, 4, 6);
            Tensor up = Resampling.Pixels.DOUBLED.apply(pass, x);
            assertThat(up.shape()).containsExactly(2, 3, 8, 12);
            Tensor down = Resampling.Pixels.HALVED.apply(pass, up);
            assertThat(down.sub(x).abs().max().item_double()).isLessThan(1e-6);
            assertThat(Resampling.Pixels.KEPT.apply(pass, x).equal(x)).isTrue();
        }
    }

    private Weights random(Attention attention) {
        Weights weights = Weights.zeros(TracedLayers.layout(attention::apply, 32, 4, 4), testDevice());
        weights.views().values().forEach(view -> view.copy_(generator.normal(view.shape())));
        return weights;
    }
}
