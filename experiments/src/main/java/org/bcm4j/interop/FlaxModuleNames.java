package org.bcm4j.interop;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The names of score SDE's JAX code, which the consistency models based on it share. Flax names a module by its class
 * and numbers each class separately. Kernels of convolutions are [height,width,in,out], those of dense layers [in,out].
 */
final class FlaxModuleNames implements ModuleNames {
    /** Separates the names of a module, of a layer in it, and of a parameter. */
    static final String SEPARATOR = "/";

    private final Map<Module, Integer> counts = new EnumMap<>(Module.class);

    @Override
    public String next(Module module) {
        int number = counts.merge(module, 1, Integer::sum) - 1;
        return className(module) + "_" + number + SEPARATOR;
    }

    private static String className(Module module) {
        return switch (module) {
            case FOURIER_FEATURES -> "GaussianFourierProjection";
            case DENSE -> "Dense";
            case CONVOLUTION -> "Conv";
            case NORM -> "GroupNorm";
            case BLOCK -> "ResnetBlockBigGANpp";
            case ATTENTION -> "AttnBlockpp";
            case COMBINATION -> "Combine";
            case DOWNSAMPLING -> "Downsample";
        };
    }

    @Override
    public String joined(String layer, String parameter) {
        return layer.isEmpty() ? parameter : layer + SEPARATOR + parameter;
    }

    @Override
    public String weight(Layer layer) {
        return switch (layer) {
            case DENSE, CONVOLUTION -> "kernel";
            case RESAMPLING_CONVOLUTION -> "weight";
            case NORM -> "scale";
        };
    }

    @Override
    public long[] stored(Layer layer, long[] shape) {
        return switch (layer) {
            case DENSE -> new long[] {shape[1], shape[0]};
            case CONVOLUTION, RESAMPLING_CONVOLUTION -> new long[] {shape[2], shape[3], shape[1], shape[0]};
            case NORM -> shape;
        };
    }

    @Override
    public Tensor ordered(Layer layer, Tensor stored) {
        return switch (layer) {
            case DENSE -> stored.t();
            case CONVOLUTION, RESAMPLING_CONVOLUTION -> stored.permute(3, 2, 0, 1);
            case NORM -> stored;
        };
    }
}
