package org.bcm4j.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/** An ONNX file in an engine that is not ours. */
final class OnnxEngine implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxEngine(Path file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = environment.createSession(file.toString(), options);
        }
    }

    /** One evaluation: [B,C,H,W] to the same, in the caller's scope. */
    Tensor run(Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            inputs.put("x", floats(x));
            inputs.put("t", floats(t));
            inputs.put("u", floats(u));
            if (labels.isPresent()) {
                LongBuffer values = LongBuffer.wrap(HostTensors.longs(labels.get()));
                inputs.put(
                        "labels",
                        OnnxTensor.createTensor(
                                environment, values, labels.get().shape()));
            }
            try (OrtSession.Result outputs = session.run(inputs)) {
                OnnxTensor y = (OnnxTensor) outputs.get("y").orElseThrow();
                float[] values = new float[Math.toIntExact(x.numel())];
                y.getFloatBuffer().get(values);
                return HostTensors.ofFloats(values, y.getInfo().getShape());
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor floats(Tensor tensor) throws OrtException {
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(HostTensors.floats(tensor)), tensor.shape());
    }

    /** What the file says of its inputs, {@code FLOAT [-1, 3, 16, 16]}, by name. */
    Map<String, String> inputs() throws OrtException {
        return described(session.getInputInfo());
    }

    Map<String, String> outputs() throws OrtException {
        return described(session.getOutputInfo());
    }

    Map<String, String> metadata() throws OrtException {
        return session.getMetadata().getCustomMetadata();
    }

    private static Map<String, String> described(Map<String, NodeInfo> values) {
        Map<String, String> descriptions = new LinkedHashMap<>();
        values.forEach((name, node) -> {
            TensorInfo info = (TensorInfo) node.getInfo();
            descriptions.put(name, info.type + " " + Arrays.toString(info.getShape()));
        });
        return descriptions;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
