package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.function.UnaryOperator;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelsLastNormTest {
    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(11, Device.CPU);

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    /** Means that are thirty times the standard deviation, which differences of squares would not bear. */
    @ParameterizedTest
    @CsvSource({"Float, 33", "Float, 7", "BFloat16, 33", "BFloat16, 7"})
    void itIsAGroupNorm(ScalarType type, long width) {
        Tensor x = generator.normal(9, 24, 15, width).add(scalar(30)).to(type).contiguous(MemoryFormat.ChannelsLast);
        Tensor weight = generator.normal(24);
        Tensor bias = generator.normal(24);
        Tensor expected = torch.group_norm(
                x.to(ScalarType.Double).contiguous(),
                6,
                new TensorOptional(weight.to(ScalarType.Double)),
                new TensorOptional(bias.to(ScalarType.Double)),
                1e-5,
                false);
        Tensor computed = ChannelsLastNorm.apply(x, 6, weight, bias, 1e-5);
        assertThat(computed.scalar_type().intern()).isEqualTo(ScalarType.Float);
        // A number near 30 has an error of 2e-6 in float32, of which the norm makes a part of its own size.
        assertThat(computed.sub(expected).abs().max().item_double()).isLessThan(2e-5);
    }

    @Test
    void itIsForHalfPrecisionInChannelsLastOrder() {
        Tensor x = generator.normal(2, 24, 15, 33).to(ScalarType.BFloat16);
        assertThat(ChannelsLastNorm.isFor(x)).isFalse();
        Tensor ordered = x.contiguous(MemoryFormat.ChannelsLast);
        assertThat(ChannelsLastNorm.isFor(ordered)).isTrue();
        assertThat(ChannelsLastNorm.isFor(ordered.to(ScalarType.Float))).isFalse();
    }

    /** To the last bit. */
    @ParameterizedTest
    @ValueSource(longs = {33, 7})
    void theResultOfAnImageDoesNotDependOnItsBatch(long width) {
        Tensor x = generator.normal(9, 24, 15, width).to(ScalarType.BFloat16).contiguous(MemoryFormat.ChannelsLast);
        Tensor weight = generator.normal(24);
        Tensor bias = generator.normal(24);
        Tensor all = ChannelsLastNorm.apply(x, 6, weight, bias, 1e-5);
        Tensor one = ChannelsLastNorm.apply(x.narrow(0, 4, 1), 6, weight, bias, 1e-5);
        assertThat(one.equal(all.narrow(0, 4, 1))).isTrue();
    }

    /** Gradients of the two ways agree. */
    @Test
    void itHasAGradient() {
        Tensor weight = generator.normal(24);
        Tensor bias = generator.normal(24);
        Tensor x = generator.normal(9, 24, 15, 33);
        Tensor direction = generator.normal(9, 24, 15, 33);
        Tensor own = gradient(
                x.contiguous(MemoryFormat.ChannelsLast),
                direction,
                leaf -> ChannelsLastNorm.apply(leaf, 6, weight, bias, 1e-5));
        Tensor expected = gradient(
                x,
                direction,
                leaf -> torch.group_norm(leaf, 6, new TensorOptional(weight), new TensorOptional(bias), 1e-5, false));
        // Numbers of the size of 1, rounded a few times.
        assertThat(own.sub(expected).abs().max().item_double()).isLessThan(1e-5);
    }

    private static Tensor gradient(Tensor x, Tensor direction, UnaryOperator<Tensor> norm) {
        Tensor leaf = x.detach().requires_grad_(true);
        norm.apply(leaf).mul(direction).sum().backward();
        return leaf.grad();
    }
}
