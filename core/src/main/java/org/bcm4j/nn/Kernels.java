package org.bcm4j.nn;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bytedeco.pytorch.Tensor;

/** How a {@link Pass} computes the operations that take most of its time. Thread-safe. */
public interface Kernels {
    /** As {@link Operations#convolution}. */
    Tensor convolution(Tensor x, Tensor weight, Optional<Tensor> bias, Window window);

    /** As {@link Operations#groupNorm}. */
    Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon);
}
