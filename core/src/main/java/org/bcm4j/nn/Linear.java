package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

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

    public void declare(WeightLayout.Builder layout) {
        layout.declare(name + ".weight", start, out, in);
        if (biased) {
            layout.declare(name + ".bias", Initialization.ZERO, out);
        }
    }

    public Cost cost() {
        return new Cost((long) in * out, out);
    }

    public Tensor apply(Pass pass, Tensor x) {
        Tensor weight = pass.weight(name + ".weight");
        Tensor output = biased
                ? torch.linear(x, weight, new TensorOptional(pass.weight(name + ".bias")))
                : torch.linear(x, weight);
        return pass.observed(name, output);
    }
}
