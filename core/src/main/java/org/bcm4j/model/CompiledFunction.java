package org.bcm4j.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.onnx.CompiledGraph;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** f(x, t, u, y) with constant weights, compiled for this machine's processor at its first evaluation. Thread-safe. */
final class CompiledFunction implements AutoCloseable {
    private final ModelConfig config;
    private final Weights weights;
    private @Nullable CompiledGraph graph;

    /** @param weights must not change, and must live until the first evaluation */
    CompiledFunction(ModelConfig config, Weights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** As {@link ConsistencyFunction#apply}, in float32, without gradients. */
    Tensor apply(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        Map<String, Tensor> inputs = new HashMap<>(Map.of("x", x, "t", t, "u", u));
        labels.ifPresent(classes -> inputs.put("labels", classes));
        return compiled().run(inputs, x.shape());
    }

    private synchronized CompiledGraph compiled() {
        if (graph == null) {
            graph = new CompiledGraph(OnnxFile.graph(config, weights).model(Map.of()));
        }
        return graph;
    }

    @Override
    public synchronized void close() {
        if (graph != null) {
            graph.close();
            graph = null;
        }
    }
}
