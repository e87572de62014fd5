package org.bcm4j.nn;

import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * What one run through a network needs beside its inputs: the weights, and the dropout masks to use. The same architecture runs with live,
 * frozen or averaged weights by being given another pass.
 */
public record Pass(Weights weights, Dropout dropout) {
    /** Evaluation: no dropout. */
    public static Pass evaluating(Weights weights) {
        return new Pass(weights, Dropout.off());
    }

    Tensor weight(String name) {
        return weights.get(name);
    }
}
