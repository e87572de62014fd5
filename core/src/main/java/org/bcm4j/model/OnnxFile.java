package org.bcm4j.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Operations;
import org.bcm4j.onnx.OnnxGraph;
import org.bcm4j.onnx.OnnxGraph.Element;
import org.bcm4j.onnx.OnnxOperations;
import org.bcm4j.onnx.Value;
import org.bcm4j.protobuf.ProtoMessage;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;

/**
 * Writes a model as an ONNX file: one evaluation of f(x, t, u, y), including preconditioning, in float32.
 *
 * <p>Its inputs are {@code x}, float32 [B,C,H,W], images in [-1,1] with noise; {@code t} and {@code u}, float32 [B],
 * the noise scales of x and the target noise scales, in [0.002, 80]; and, if the model has classes, {@code labels},
 * int64 [B]. B is free. Its output is {@code y}, float32 [B,C,H,W], x moved to u. A model that receives t only has the
 * input u too, and ignores it. The metadata hold the model's configuration under {@code config}.
 */
public final class OnnxFile {
    private OnnxFile() {}

    /**
     * Writes a file completely or not at all, and replaces an existing one.
     *
     * @param weights the weights of the configuration's network
     * @throws UserException if the model is larger than the format's limit of 2 GiB, or the file cannot be written
     */
    public static void write(Path file, ModelConfig config, Weights weights) {
        long bytes = weights.layout().parameterCount() * Float.BYTES;
        try (Scope scope = Scope.open()) {
            ProtoMessage model = graph(config, weights)
                    .model(new TreeMap<>(Map.of("format", ModelConfig.FORMAT, "config", ConfigFile.toJson(config))));
            if (model.size() > ProtoMessage.MAX_BYTES) {
                throw new UserException("cannot write " + file + ": an ONNX file holds 2 GiB, these weights are "
                        + (bytes >> 20) + " MiB; write safetensors");
            }
            AtomicFile.write(file, model::writeTo);
        }
    }

    /** f(x, t, u, y) as a graph, with the inputs and the output that the file has. */
    static OnnxGraph graph(ModelConfig config, Weights weights) {
        NetworkConfig network = config.network();
        long size = network.imageSize();
        OnnxGraph graph = new OnnxGraph();
        Value x = graph.input("x", Element.FLOAT32, Operations.BATCH, network.imageChannels(), size, size);
        Value t = graph.input("t", Element.FLOAT32, Operations.BATCH);
        Value u = graph.input("u", Element.FLOAT32, Operations.BATCH);
        Optional<Value> labels = network.classes() == 0
                ? Optional.empty()
                : Optional.of(graph.input("labels", Element.INT64, Operations.BATCH));
        OnnxOperations operations = new OnnxOperations(graph, weights);
        graph.output(ConsistencyFunction.describe(config.kind(), network.build(), operations, x, t, u, labels), "y");
        return graph;
    }
}
