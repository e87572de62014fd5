package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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

class GroupNormKernelTest {
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
        Tensor computed = GroupNormKernel.normalized(x, 6, weight, bias, 1e-5);
        assertThat(computed.scalar_type().intern()).isEqualTo(ScalarType.Float);
        // A number near 30 has an error of 2e-6 in float32, of which the norm makes a part of its own size.
        assertThat(computed.sub(expected).abs().max().item_double()).isLessThan(2e-5);
    }

    /** As its parts, one after the other, do; with the gradients of all that it depends on. */
    @ParameterizedTest
    @CsvSource({"Contiguous, 33", "Contiguous, 7", "ChannelsLast, 33", "ChannelsLast, 7"})
    void aScaleAndAShiftFollow(MemoryFormat order, long width) {
        Tensor x = generator.normal(9, 24, 15, width);
        Tensor direction = generator.normal(9, 24, 15, width);
        List<Tensor> leaves = List.of(
                x.contiguous(order),
                generator.normal(24),
                generator.normal(24),
                generator.normal(9, 24, 1, 1),
                generator.normal(9, 24, 1, 1));
        List<Tensor> own = valueAndGradients(
                leaves,
                direction,
                all -> GroupNormKernel.scaledAndShifted(
                        all.get(0), 6, all.get(1), all.get(2), 1e-5, all.get(3), all.get(4)));
        List<Tensor> expected = valueAndGradients(
                leaves,
                direction,
                all -> torch.addcmul(
                        all.get(4),
                        torch.group_norm(
                                all.get(0).contiguous(),
                                6,
                                new TensorOptional(all.get(1)),
                                new TensorOptional(all.get(2)),
                                1e-5,
                                false),
                        all.get(3).add(scalar(1.0))));
        for (int i = 0; i < own.size(); i++) {
            // Relative to the largest; sums over thousands of pixels in another order.
            double most = expected.get(i).abs().max().item_double();
            assertThat(own.get(i).sub(expected.get(i)).abs().max().item_double())
                    .as("value or gradient " + i)
                    .isLessThan(2e-6 * most);
        }
    }

    private static List<Tensor> valueAndGradients(
            List<Tensor> inputs, Tensor direction, Function<List<Tensor>, Tensor> function) {
        List<Tensor> leaves = inputs.stream()
                .map(input -> input.detach().requires_grad_(true))
                .toList();
        Tensor value = function.apply(leaves);
        value.mul(direction).sum().backward();
        return Stream.concat(Stream.of(value.detach()), leaves.stream().map(Tensor::grad))
                .toList();
    }

    /** To the last bit. */
    @ParameterizedTest
    @ValueSource(longs = {33, 7})
    void theResultOfAnImageDoesNotDependOnItsBatch(long width) {
        Tensor x = generator.normal(9, 24, 15, width).to(ScalarType.BFloat16).contiguous(MemoryFormat.ChannelsLast);
        Tensor weight = generator.normal(24);
        Tensor bias = generator.normal(24);
        Tensor all = GroupNormKernel.normalized(x, 6, weight, bias, 1e-5);
        Tensor one = GroupNormKernel.normalized(x.narrow(0, 4, 1), 6, weight, bias, 1e-5);
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
                leaf -> GroupNormKernel.normalized(leaf, 6, weight, bias, 1e-5));
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
