package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;

/** A learned row per class: maps int64 [B] in [0,rows) to [B,width]. */
public record Embedding(String name, int rows, int width) {
    public <V> V apply(Operations<V> op, V indices) {
        return op.rows(op.parameter(name + ".weight", Initialization.NORMAL, rows, width), indices);
    }
}
