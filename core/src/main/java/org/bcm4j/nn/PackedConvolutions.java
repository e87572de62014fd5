package org.bcm4j.nn;

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
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Convolutions with constant weights, without gradients. Each packs its weight when it is first computed. The packed
 * weights take as much memory as the weights.
 */
public final class PackedConvolutions implements ConvolutionKernel, AutoCloseable {
    private final Set<Tensor> parameters;
    private final Map<Tensor, PackedConvolution> packed = new ConcurrentHashMap<>();

    /** @param weights must not change as long as these convolutions are used */
    public PackedConvolutions(Weights weights) {
        parameters =
                weights.layout().slots().keySet().stream().map(weights::get).collect(Collectors.toSet());
    }

    /** Whether a device computes packed convolutions in a precision. */
    public static boolean areAvailableOn(Device device, Precision precision) {
        return device == Device.CPU && precision == Precision.FP32 && PackedConvolution.isAvailable();
    }

    @Override
    public Tensor convolve(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {
        boolean packable = window.stride() == 1 && window.groups() == 1 && bias.isPresent();
        return packable && parameters.contains(weight)
                ? packed(x, weight, bias.get(), window).apply(x.contiguous(torch.MemoryFormat.ChannelsLast))
                : LibtorchConvolution.apply(x, weight, bias, window);
    }

    private PackedConvolution packed(Tensor x, Tensor weight, Tensor bias, Window window) {
        return packed.computeIfAbsent(weight, w -> new PackedConvolution(w, bias, window.padding(), x.shape()));
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        packed.values().forEach(PackedConvolution::close);
        packed.clear();
    }
}
