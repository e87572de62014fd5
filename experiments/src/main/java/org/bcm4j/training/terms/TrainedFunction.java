package org.bcm4j.training.terms;

import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.nn.Dropout;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Recomputation;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * The function f in the roles that it plays in one term of a training step. Every call is one pass through the network.
 * All passes of the term use the same dropout masks (docs/method.md §4). Not thread-safe.
 *
 * @param f the function of weights
 * @param live θ, which collects a gradient
 * @param constant sg θ, the same weights without gradient
 * @param dropout the dropout masks of the term
 * @param recomputation runs the term's backward pass; computes the network's parts again, or keeps them
 */
public record TrainedFunction(
        ConsistencyFunction f, Weights live, Weights constant, Dropout dropout, Recomputation recomputation) {
    /** The function without dropout. */
    public TrainedFunction(ConsistencyFunction f, Weights live, Weights constant) {
        this(f, live, constant, Dropout.off(), Recomputation.off());
    }

    /** f_θ(x, t, u, y), with a gradient. Shapes are those of {@link ConsistencyFunction#apply}. */
    Tensor live(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return f.apply(livePass(), x, t, u, labels);
    }

    /** f_{sg θ}(x, t, u, y): the weights are constants, and the gradient flows through x. */
    Tensor constant(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        return f.apply(new Pass(constant, dropout).recomputedBy(recomputation), x, t, u, labels);
    }

    /** sg f_θ(x, t, u, y), a target without gradient. */
    Tensor target(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        try (NoGradients guard = new NoGradients()) {
            return f.apply(new Pass(constant, dropout), x, t, u, labels);
        }
    }

    /** A pass of the live weights. */
    Pass livePass() {
        return new Pass(live, dropout).recomputedBy(recomputation);
    }
}
