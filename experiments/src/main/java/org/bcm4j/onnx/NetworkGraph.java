package org.bcm4j.onnx;

import java.util.Optional;

/** F(x, t, u, y) in ONNX's operators. */
sealed interface NetworkGraph permits AdmGraph, NcsnppGraph {
    /**
     * Adds the nodes of one evaluation to the graph.
     *
     * @param x [B,C,H,W], already scaled by c_in
     * @param t noise scales of x, [B]
     * @param u target noise scales, [B]
     * @param labels [B], present if the network has classes
     * @return [B,C,H,W]
     */
    Value apply(Value x, Value t, Value u, Optional<Value> labels);
}
