package org.bcm4j.nn;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.Initialization;

/**
 * A 3×3 convolution with bias, combined with halving by a filter: maps [B,in,H,W] to [B,out,H/2,W/2]; H and W must be
 * even. It smooths the image first, then computes the convolution at every other pixel only. The result equals
 * convolving and then halving, with zeros around the image in both cases.
 */
public record FirDownConvolution(String name, int in, int out, FirResampling resampling) {
    private static final int KERNEL = 3;

    public <V> V apply(Operations<V> op, V x) {
        V weight = op.parameter(name + ".weight", Initialization.GLOROT, out, in, KERNEL, KERNEL);
        V bias = op.parameter(name + ".bias", Initialization.ZERO, out);
        V smoothed = resampling.smoothed(op, x, KERNEL / 2);
        return op.observed(name, op.convolution(smoothed, weight, Optional.of(bias), new Window(2, 0, 1)));
    }
}
