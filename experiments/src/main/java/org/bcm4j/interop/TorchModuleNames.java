package org.bcm4j.interop;

import org.bytedeco.pytorch.Tensor;

/**
 * The names of score SDE's PyTorch code: modules are numbered in the order in which they run, and parameters have this
 * library's layout.
 */
final class TorchModuleNames implements ModuleNames {
    private int modules;

    @Override
    public String next(Module module) {
        return "all_modules." + modules++ + ".";
    }

    @Override
    public String joined(String layer, String parameter) {
        return layer.isEmpty() ? parameter : layer + "." + parameter;
    }

    @Override
    public String weight(Layer layer) {
        return "weight";
    }

    @Override
    public long[] stored(Layer layer, long[] shape) {
        return shape;
    }

    @Override
    public Tensor ordered(Layer layer, Tensor stored) {
        return stored;
    }
}
