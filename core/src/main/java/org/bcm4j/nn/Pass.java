package org.bcm4j.nn;

import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * What an evaluation of a network needs in addition to its inputs: the weights and the dropout masks. With another
 * pass, the same architecture runs with live, frozen or averaged weights.
 *
 * @param observer receives the outputs of the network's parts
 */
public record Pass(Weights weights, Dropout dropout, Observer observer) {
    /** Receives the outputs of a network's parts, in the order of their computation. */
    @FunctionalInterface
    public interface Observer {
        /**
         * @param part the common prefix of the part's parameter names, such as {@code middle_block.1}
         * @param output the output as the next part receives it; it must not be changed
         */
        void heard(String part, Tensor output);
    }

    /** A pass without an observer. */
    public Pass(Weights weights, Dropout dropout) {
        this(weights, dropout, (part, output) -> {});
    }

    /** A pass for evaluation, without dropout. */
    public static Pass evaluating(Weights weights) {
        return new Pass(weights, Dropout.off());
    }

    /** The same pass with an observer. */
    public Pass observedBy(Observer listener) {
        return new Pass(weights, dropout, listener);
    }

    /** Passes an output to the observer, and returns it. */
    public Tensor observed(String part, Tensor output) {
        observer.heard(part, output);
        return output;
    }

    Tensor weight(String name) {
        return weights.get(name);
    }
}
