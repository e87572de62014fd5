package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.PackedConvolution;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Kernels for constant weights on a processor, in float32, without gradients. The channels of a pixel lie next to each
 * other in memory, as oneDNN's convolutions want them, and the weights of a convolution are packed when it is first
 * computed. The packed weights take as much memory as the weights.
 */
public final class ChannelsLastKernels implements Kernels, AutoCloseable {
    /** Below this many numbers, the calls of a group norm made of several operations take longer than the operations. */
    private static final long FEW = 60_000;

    private final Set<Tensor> parameters;
    private final Map<Tensor, PackedConvolution> packed = new ConcurrentHashMap<>();

    /** @param weights constant for as long as these kernels are used */
    public ChannelsLastKernels(Weights weights) {
        parameters = weights.layout().slots().keySet().stream().map(weights::get).collect(Collectors.toSet());
    }

    /** Whether these kernels compute as a pass in this precision does. */
    public static boolean suit(Device device, Precision precision) {
        return device == Device.CPU && precision == Precision.FP32 && PackedConvolution.isAvailable();
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {
        boolean packable = window.stride() == 1 && window.groups() == 1 && bias.isPresent();
        return packable && parameters.contains(weight)
                ? packed(x, weight, bias.get(), window).apply(x.contiguous(torch.MemoryFormat.ChannelsLast))
                : PlainKernels.INSTANCE.convolution(x, weight, bias, window);
    }

    private PackedConvolution packed(Tensor x, Tensor weight, Tensor bias, Window window) {
        return packed.computeIfAbsent(weight, w -> new PackedConvolution(w, bias, window.padding(), x.shape()));
    }

    /**
     * libtorch's group norm is slow in this order of numbers. Where there are few, it is the least work to change their
     * order.
     */
    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        return x.numel() < FEW
                ? PlainKernels.INSTANCE.groupNorm(x, groups, weight, bias, epsilon)
                : channelsLastGroupNorm(x, groups, weight, bias, epsilon);
    }

    private static Tensor channelsLastGroupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        long batch = x.size(0);
        long channels = x.size(1);
        long height = x.size(2);
        long width = x.size(3);
        Tensor pixels = x.permute(0, 2, 3, 1).reshape(batch, height * width, channels);
        Tensor centred = pixels.sub(meansOfGroups(pixels, groups));
        Tensor variance = meansOfGroups(centred.square(), groups);
        Tensor scale = variance.add_(scalar(epsilon)).rsqrt_().mul_(weight);
        return torch.addcmul(bias, centred, scale)
                .view(batch, height, width, channels)
                .permute(0, 3, 1, 2);
    }

    /** The mean over the pixels and over the channels of a group, for each channel: [B,pixels,C] to [B,1,C]. */
    private static Tensor meansOfGroups(Tensor pixels, int groups) {
        long batch = pixels.size(0);
        long channels = pixels.size(2);
        long[] shape = {batch, groups, channels / groups};
        Tensor sums = pixels.sum(new long[] {1}, false, new ScalarTypeOptional())
                .view(shape)
                .sum(new long[] {2}, true, new ScalarTypeOptional());
        double numbers = (double) pixels.size(1) * shape[2];
        return sums.div_(scalar(numbers)).expand(shape).reshape(batch, 1, channels);
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        packed.values().forEach(PackedConvolution::close);
        packed.clear();
    }
}
