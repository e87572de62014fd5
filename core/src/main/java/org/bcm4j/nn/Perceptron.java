package org.bcm4j.nn;

/** Two dense layers with SiLU between them: maps [B,in] to [B,out]. */
public record Perceptron(Linear first, Linear second) {
    public <V> V apply(Operations<V> op, V x) {
        return second.apply(op, op.silu(first.apply(op, x)));
    }
}
