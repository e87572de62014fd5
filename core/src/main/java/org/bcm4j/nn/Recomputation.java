package org.bcm4j.nn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.bcm4j.nn.Operations.Part;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Gradients;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Activation checkpointing (Chen et al., arXiv 1604.06174). Of each part of a network, an evaluation keeps the inputs
 * and the output. The rest is freed, and computed again in the backward pass. The gradients are the same; a backward
 * pass costs one evaluation more.
 *
 * <p>The outputs are cut from the graph of gradients. {@link #backward} runs the graph behind the last cut, and then each
 * part once more, the last one first. For the evaluations of one loss and their backward pass, on one thread.
 */
public final class Recomputation implements AutoCloseable {
    private static final Recomputation OFF = new Recomputation(Optional.empty());

    private final Optional<Arithmetic> arithmetic;
    private final Deque<Kept> parts = new ArrayDeque<>();

    /** How the evaluations compute. */
    private record Arithmetic(Device device, Precision precision) {}

    /** What is kept of a part. {@code output} is where its gradient arrives. */
    private record Kept(Part<Tensor> part, Pass pass, Tensor x, Tensor embedding, Tensor output) {
        Kept {
            Scope.own(x);
            Scope.own(embedding);
            Scope.own(output);
        }

        void free() {
            x.releaseReference();
            embedding.releaseReference();
            output.releaseReference();
        }
    }

    private Recomputation(Optional<Arithmetic> arithmetic) {
        this.arithmetic = arithmetic;
    }

    /** Everything is kept. */
    public static Recomputation off() {
        return OFF;
    }

    /** The parts of evaluations on a device in a precision are computed again. */
    public static Recomputation on(Device device, Precision precision) {
        return new Recomputation(Optional.of(new Arithmetic(device, precision)));
    }

    Tensor run(Pass pass, Tensor x, Tensor embedding, Part<Tensor> part) {
        Pass first = pass.recomputedBy(off());
        if (arithmetic.isEmpty()) {
            return Scope.returning(() -> part.apply(first, x, embedding));
        }
        Pass again = new Pass(pass.weights(), pass.dropout().fromHere());
        Tensor output;
        try (NoGradients guard = new NoGradients()) {
            output = Scope.returning(() -> part.apply(first, x, embedding));
        }
        Tensor cut = Gradients.leaf(output, true);
        parts.push(new Kept(part, again, x, embedding, cut));
        return cut;
    }

    /** Adds the gradient of a loss to the weights. */
    public void backward(Tensor loss) {
        if (arithmetic.isEmpty()) {
            loss.backward();
            return;
        }
        Gradients.backward(loss);
        while (!parts.isEmpty()) {
            Kept kept = parts.pop();
            try {
                backward(kept, arithmetic.get());
            } finally {
                kept.free();
            }
        }
    }

    private static void backward(Kept kept, Arithmetic arithmetic) {
        try (Scope scope = Scope.open()) {
            Optional<Tensor> gradient = Gradients.taken(kept.output());
            if (gradient.isEmpty()) {
                return; // The loss does not depend on this part.
            }
            Tensor x = Gradients.leaf(kept.x(), kept.x().requires_grad());
            Tensor embedding = Gradients.leaf(kept.embedding(), kept.embedding().requires_grad());
            Tensor output;
            try (Precision.Guard guard = arithmetic.precision().on(arithmetic.device())) {
                output = kept.part().apply(kept.pass(), x, embedding);
            }
            Gradients.backward(output, gradient.get());
            Gradients.taken(x).ifPresent(ofX -> Gradients.backward(kept.x(), ofX));
            Gradients.taken(embedding).ifPresent(ofEmbedding -> Gradients.backward(kept.embedding(), ofEmbedding));
        }
    }

    /** Frees what a backward pass that failed has left. */
    @Override
    public void close() {
        parts.forEach(Kept::free);
        parts.clear();
    }
}
