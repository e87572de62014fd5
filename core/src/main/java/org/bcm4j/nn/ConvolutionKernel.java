package org.bcm4j.nn;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bytedeco.pytorch.Tensor;

/** How a {@link Pass} computes convolutions, which take most of its time. Thread-safe. */
@FunctionalInterface
public interface ConvolutionKernel {
    /** As {@link Operations#convolution}. */
    Tensor convolve(Tensor x, Tensor weight, Optional<Tensor> bias, Window window);
}
