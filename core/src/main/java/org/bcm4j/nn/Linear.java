package org.bcm4j.nn;

import java.util.Optional;
import org.bcm4j.tensor.Initialization;

/**
 * A dense layer: maps [B,in] to [B,out].
 *
 * @param start initialisation of the weight; the bias, if there is one, starts at zero
 */
public record Linear(String name, int in, int out, boolean biased, Initialization start) {
    public Linear(String name, int in, int out) {
        this(name, in, out, true);
    }

    public Linear(String name, int in, int out, boolean biased) {
        this(name, in, out, biased, Initialization.UNIFORM_FAN_IN);
    }

    public <V> V apply(Operations<V> op, V x) {
        V weight = op.parameter(name + ".weight", start, out, in);
        Optional<V> bias =
                biased ? Optional.of(op.parameter(name + ".bias", Initialization.ZERO, out)) : Optional.empty();
        return op.observed(name, op.linear(x, weight, bias));
    }
}
