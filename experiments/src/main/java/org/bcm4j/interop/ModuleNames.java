package org.bcm4j.interop;

import org.bytedeco.pytorch.Tensor;

/** How a program names the modules of score SDE's NCSN++ and lays out their parameters; asked module by module, in the order in which they run. */
sealed interface ModuleNames permits TorchModuleNames, FlaxModuleNames {
    /** What kinds of modules there are. */
    enum Module {
        FOURIER_FEATURES,
        DENSE,
        CONVOLUTION,
        NORM,
        BLOCK,
        ATTENTION,
        /** A 1×1 convolution of the image, added to the features. */
        COMBINATION,
        /** A convolution and halving in one. */
        DOWNSAMPLING
    }

    /** What kinds of layers there are, each with a weight and a bias. */
    enum Layer {
        DENSE,
        CONVOLUTION,
        /** A convolution and halving in one. */
        RESAMPLING_CONVOLUTION,
        NORM
    }

    /** What the names of the next module's parameters begin with. */
    String next(Module module);

    /** Of a layer's name in a module and of its parameter's, the name: {@code Conv_0.bias}. The layer's is empty where it is the module. */
    String joined(String layer, String parameter);

    /** What a layer's weight is called. */
    String weight(Layer layer);

    /** The shape in which a layer's weight is stored that is of the given shape here. */
    long[] stored(Layer layer, long[] shape);

    /** A layer's weight in the order of dimensions that it has here. */
    Tensor ordered(Layer layer, Tensor stored);
}
