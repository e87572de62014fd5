package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class PackedConvolutionTest {
    private static final long[] ONE = {1, 1};

    /** float32 sums of up to 9·40 products of normal numbers, in another order. */
    private static final double BOUND = 1e-5;

    @Property(tries = 60)
    void itIsAConvolution(
            @ForAll @IntRange(min = 1, max = 9) int batch,
            @ForAll @IntRange(min = 1, max = 40) int in,
            @ForAll @IntRange(min = 1, max = 40) int out,
            @ForAll @IntRange(min = 1, max = 15) int height,
            @ForAll @IntRange(min = 1, max = 15) int width,
            @ForAll boolean pointwise,
            @ForAll boolean ordered) {
        long kernel = pointwise ? 1 : 3;
        try (Scope scope = Scope.open();
                NoGradients constants = new NoGradients();
                SeededGenerator generator = new SeededGenerator(batch + 31L * in + 997L * out, Device.CPU)) {
            Tensor weight = generator.normal(out, in, kernel, kernel);
            Tensor bias = generator.normal(out);
            Tensor x = generator.normal(batch, in, height, width);
            long[] padding = {kernel / 2, kernel / 2};
            // In float64, which oneDNN does not compute: in float32 it is wrong on some processors.
            Tensor expected = torch.conv2d(
                    x.to(ScalarType.Double),
                    weight.to(ScalarType.Double),
                    new TensorOptional(bias.to(ScalarType.Double)),
                    ONE,
                    padding,
                    ONE,
                    1);
            try (PackedConvolution packed = new PackedConvolution(weight, bias, kernel / 2, 4, in, 8, 8)) {
                Tensor given = ordered ? x.contiguous(torch.MemoryFormat.ChannelsLast) : x;
                Tensor computed = packed.apply(given);
                assertThat(computed.shape()).containsExactly(expected.shape());
                double size = expected.abs().max().item_double();
                assertThat(computed.sub(expected).abs().max().item_double()).isLessThan(BOUND * Math.max(1, size));
            }
        }
    }

    @Test
    void severalThreadsMayUseIt() {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(5, Device.CPU);
                Lanes lanes = new Lanes(3);
                PackedConvolution packed =
                        new PackedConvolution(generator.normal(8, 8, 3, 3), generator.normal(8), 1, 1, 8, 6, 6)) {
            Tensor x = generator.normal(1, 8, 6, 6).contiguous(torch.MemoryFormat.ChannelsLast);
            List<Callable<Double>> tasks = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                tasks.add(() -> {
                    try (Scope memory = Scope.open();
                            NoGradients constants = new NoGradients()) {
                        return packed.apply(x).sum().item_double();
                    }
                });
            }
            assertThat(lanes.run(tasks)).containsOnly(lanes.run(tasks).get(0));
        }
    }

    /** Leaks would come to 1.6 GB of outputs or 147 MB of packed weights. */
    @Test
    void nothingIsLeftOfItsCallsNorOfItself() {
        try (Scope scope = Scope.open();
                NoGradients constants = new NoGradients();
                SeededGenerator generator = new SeededGenerator(5, Device.CPU)) {
            Tensor weight = generator.normal(64, 64, 3, 3);
            Tensor bias = generator.normal(64);
            Tensor x = generator.normal(16, 64, 20, 20);
            pack(weight, bias, x, 20);
            long before = Pointer.physicalBytes();
            pack(weight, bias, x, 1000);
            assertThat(Pointer.physicalBytes() - before).isLessThan(100L << 20);
        }
    }

    private static void pack(Tensor weight, Tensor bias, Tensor x, int times) {
        for (int i = 0; i < times; i++) {
            try (Scope memory = Scope.open();
                    PackedConvolution packed = new PackedConvolution(weight, bias, 1, x.shape())) {
                packed.apply(x);
            }
        }
    }
}
