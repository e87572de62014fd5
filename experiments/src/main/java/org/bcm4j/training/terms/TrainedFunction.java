package org.bcm4j.training.terms;

import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * f in the roles that it has in a term of a training step. Every call is one pass through the network; all passes of the term meet the same
 * dropout masks (docs/method.md §4). For one thread.
 *
 * @param f the function of weights
 * @param live θ, which collects a gradient
 * @param constant sg θ, the same weights without gradient
 * @param dropout the masks of the term
 */
public record TrainedFunction(ConsistencyFunction f, Weights live, Weights constant, Dropout dropout) {
    /** Without dropout. */
    public TrainedFunction(ConsistencyFunction f, Weights live, Weights constant) {
        this(f, live, constant, Dropout.off());
    }

    /** f_θ(x, t, u, y), with a gradient. Shapes are those of {@link ConsistencyFunction#apply}. */
    Tensor live(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return f.apply(livePass(), x, t, u, labels);
    }

    /** f_{sg θ}(x, t, u, y): the weights are constants, the gradient flows through x. */
    Tensor constant(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return f.apply(new Pass(constant, dropout.rewind()), x, t, u, labels);
    }

    /** sg f_θ(x, t, u, y): a target. */
    Tensor target(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        try (NoGradients guard = new NoGradients()) {
            return constant(x, t, u, labels);
        }
    }

    /** A pass of the live weights, to be used once. */
    Pass livePass() {
        return new Pass(live, dropout.rewind());
    }
}
