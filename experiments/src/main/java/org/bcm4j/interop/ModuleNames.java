package org.bcm4j.interop;

import org.bytedeco.pytorch.Tensor;

/**
 * A program's names of the modules of score SDE's NCSN++ and its layout of their parameters. It is queried module by
 * module, in the order in which they run.
 */
sealed interface ModuleNames permits TorchModuleNames, FlaxModuleNames {
    /** The kinds of modules. */
    enum Module {
        FOURIER_FEATURES,
        DENSE,
        CONVOLUTION,
        NORM,
        BLOCK,
        ATTENTION,
        /** A 1×1 convolution of the image, added to the features. */
        COMBINATION,
        /** A convolution with halving. */
        DOWNSAMPLING
    }

    /** The kinds of layers, each with a weight and a bias. */
    enum Layer {
        DENSE,
        CONVOLUTION,
        /** A convolution with halving. */
        RESAMPLING_CONVOLUTION,
        NORM
    }

    /** The prefix of the names of the next module's parameters. */
    String next(Module module);

    /**
     * Joins the names of a layer in a module and of its parameter: {@code Conv_0.bias}. The layer's name is empty if
     * the layer is the module itself.
     */
    String joined(String layer, String parameter);

    /** The name of a layer's weight. */
    String weight(Layer layer);

    /** The stored shape of a layer's weight; {@code shape} is its shape in this library. */
    long[] stored(Layer layer, long[] shape);

    /** A layer's weight with its dimensions in this library's order. */
    Tensor ordered(Layer layer, Tensor stored);
}
