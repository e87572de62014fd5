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
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Convolutions with constant weights, without gradients, in the precision of the thread. Each packs its weight when it is
 * first computed, in the precision of that evaluation. The packed weights take as much memory as the weights, or half as
 * much in bfloat16.
 */
public final class PackedConvolutions implements ConvolutionKernel, AutoCloseable {
    private final Set<Tensor> parameters;
    private final Map<Tensor, PackedConvolution> packed = new ConcurrentHashMap<>();

    /** @param weights must not change, and the precision must be one, as long as these convolutions are used */
    public PackedConvolutions(Weights weights) {
        parameters =
                weights.layout().slots().keySet().stream().map(weights::get).collect(Collectors.toSet());
    }

    /** Whether a device computes packed convolutions in a precision. */
    public static boolean areAvailableOn(Device device, Precision precision) {
        return device == Device.CPU && precision.isNativeOn(device) && PackedConvolution.isAvailable();
    }

    @Override
    public Tensor convolve(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {
        ScalarType type = Precision.typeOfProducts(Device.CPU);
        boolean packable = window.stride() == 1 && window.groups() == 1 && bias.isPresent();
        // oneDNN 3.7 packs bfloat16 weights of one input wrongly on some processors.
        boolean isRight = type == ScalarType.Float || weight.size(1) > 1;
        if (!packable || !isRight || !parameters.contains(weight)) {
            return LibtorchConvolution.apply(x, weight, bias, window);
        }
        return packed.computeIfAbsent(
                        weight,
                        w -> new PackedConvolution(w.to(type), bias.get().to(type), window.padding(), x.shape()))
                .apply(x);
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        packed.values().forEach(PackedConvolution::close);
        packed.clear();
    }
}
