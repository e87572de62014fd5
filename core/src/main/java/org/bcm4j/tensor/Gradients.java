package org.bcm4j.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/** Backward passes in pieces. */
public final class Gradients {
    private Gradients() {}

    /** The same numbers at the beginning of a graph. {@code collects}: whether their gradient is collected. */
    public static Tensor leaf(Tensor tensor, boolean collects) {
        Tensor leaf = tensor.detach();
        leaf.set_requires_grad(collects);
        return leaf;
    }

    /** The gradient that was collected, which is no longer kept with the tensor; absent if none arrived. */
    public static Optional<Tensor> taken(Tensor leaf) {
        Tensor gradient = leaf.grad();
        if (!gradient.defined()) {
            return Optional.empty();
        }
        Tensor taken = new Tensor(gradient);
        leaf.mutable_grad().reset();
        return Optional.of(taken);
    }

    /** The backward pass of one number, after which others can run through the same graph. */
    public static void backward(Tensor loss) {
        backward(loss, new Tensor());
    }

    /** The backward pass of a tensor with a given gradient, after which others can run through the same graph. */
    public static void backward(Tensor tensor, Tensor gradient) {
        tensor.backward(gradient, new BoolOptional(true), false, new TensorArrayRefOptional());
    }
}
