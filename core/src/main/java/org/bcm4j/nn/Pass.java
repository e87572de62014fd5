package org.bcm4j.nn;

import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * What one run through a network needs beside its inputs: the weights, and the dropout masks to use. The same architecture runs with live,
 * frozen or averaged weights by being given another pass.
 *
 * @param observer hears what the parts of the network put out
 */
public record Pass(Weights weights, Dropout dropout, Observer observer) {
    /** Hears what the parts of a network put out, in the order in which they do. */
    @FunctionalInterface
    public interface Observer {
        /**
         * @param part what the names of its parameters begin with, such as {@code middle_block.1}
         * @param output as the next part gets it; it must not be changed
         */
        void heard(String part, Tensor output);
    }

    /** A pass that nobody observes. */
    public Pass(Weights weights, Dropout dropout) {
        this(weights, dropout, (part, output) -> {});
    }

    /** Evaluation: no dropout. */
    public static Pass evaluating(Weights weights) {
        return new Pass(weights, Dropout.off());
    }

    /** The same pass, observed. */
    public Pass observedBy(Observer listener) {
        return new Pass(weights, dropout, listener);
    }

    /** Tells the observer of an output, and returns it. */
    public Tensor observed(String part, Tensor output) {
        observer.heard(part, output);
        return output;
    }

    Tensor weight(String name) {
        return weights.get(name);
    }
}
