package org.bcm4j.nn;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bcm4j.tensor.Initialization;

/**
 * A convolution with bias and odd kernel size that keeps height and width: maps [B,in,H,W] to [B,out,H,W].
 *
 * @param start initialisation of the weight; zero at the end of residual branches. The bias starts at zero
 */
public record Convolution(String name, int in, int out, int kernel, Initialization start) {
    public Convolution(String name, int in, int out, int kernel) {
        this(name, in, out, kernel, Initialization.UNIFORM_FAN_IN);
    }

    public <V> V apply(Operations<V> op, V x) {
        V weight = op.parameter(name + ".weight", start, out, in, kernel, kernel);
        V bias = op.parameter(name + ".bias", Initialization.ZERO, out);
        return op.observed(name, op.convolution(x, weight, Optional.of(bias), Window.keepingSize(kernel)));
    }
}
