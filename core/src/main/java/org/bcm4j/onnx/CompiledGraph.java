package org.bcm4j.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.protobuf.ProtoMessage;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.NativeCode;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A graph that ONNX Runtime has compiled for this machine's processor: weights in the order of its kernels, operations
 * fused. It computes in float32. A batch is split into parts, which are computed side by side with one thread each. So no
 * thread waits for another within an evaluation, and an image alone needs one thread only.
 *
 * <p>Immutable and thread-safe. {@link #close} must not be called during a {@link #run}.
 */
public final class CompiledGraph implements AutoCloseable {
    /** Images that one thread computes at once. More take more memory, and are not faster. */
    private static final long MOST_IMAGES = 32;

    private final OrtSession session;
    private final String output;

    /** Loads ONNX Runtime when it is first needed. */
    private static final class OnnxRuntime {
        static final OrtEnvironment ENVIRONMENT = load();

        private OnnxRuntime() {}

        private static OrtEnvironment load() {
            NativeCode.prepareOnnxRuntime();
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "bcm4j");
            holdUntilTheProcessEnds();
            return environment;
        }

        /**
         * ONNX Runtime frees itself when the JVM begins to end, while a server may still finish what it took. Its native
         * environment counts its users, so one more keeps it. The bindings have no public way to be one.
         */
        private static void holdUntilTheProcessEnds() {
            try {
                Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
                Method create =
                        OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
                api.setAccessible(true);
                create.setAccessible(true);
                create.invoke(null, api.getLong(null), OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR.getValue(), "bcm4j");
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw new LinkageError("these bindings of ONNX Runtime are not those that bcm4j knows", e);
            }
        }
    }

    /** ONNX Runtime's version; empty if it has no native code for this machine. */
    public static Optional<String> version() {
        try {
            return Optional.of(OnnxRuntime.ENVIRONMENT.getVersion());
        } catch (LinkageError e) {
            return Optional.empty();
        }
    }

    /** @param model an ONNX model with one output, float32, whose first dimension is that of the inputs */
    public CompiledGraph(ProtoMessage model) {
        try (Scope scope = Scope.open();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = OnnxRuntime.ENVIRONMENT.createSession(outsideTheHeap(model), options);
            output = session.getOutputNames().iterator().next();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not take the graph", e);
        }
    }

    /** The bytes of a model, whose weights may be larger than the Java heap, in the caller's scope. */
    private static ByteBuffer outsideTheHeap(ProtoMessage model) {
        ByteBuffer bytes = HostTensors.memory(HostTensors.zeroBytes(model.size()));
        try {
            model.writeTo(new OutputStream() {
                @Override
                public void write(int value) {
                    bytes.put((byte) value);
                }

                @Override
                public void write(byte[] values, int first, int count) {
                    bytes.put(values, first, count);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return bytes.flip();
    }

    /**
     * Computes the output for a batch.
     *
     * @param inputs by name, float32 or int64, on the CPU; the first dimension of each is that of the batch
     * @param shape of the output
     * @return in the caller's scope
     */
    public Tensor run(Map<String, Tensor> inputs, long... shape) {
        return Scope.returning(() -> {
            Map<String, Tensor> rows = new HashMap<>();
            inputs.forEach((name, input) -> rows.put(name, input.contiguous()));
            Tensor result = HostTensors.emptyFloats(shape);
            long images = shape[0];
            int threads = Lanes.most();
            long share = Math.min(MOST_IMAGES, (images + threads - 1) / threads);
            List<Part> parts = new ArrayList<>();
            for (long first = 0; first < images; first += share) {
                parts.add(Part.of(rows, result, first, Math.min(share, images - first)));
            }
            parts.parallelStream().forEach(this::run);
            return result;
        });
    }

    private void run(Part part) {
        try {
            session.run(part.inputs(), Map.of(output, part.output())).close();
        } catch (OrtException e) {
            throw failure(e);
        } finally {
            part.inputs().values().forEach(OnnxTensor::close);
            part.output().close();
        }
    }

    private static IllegalStateException failure(OrtException e) {
        return new IllegalStateException("ONNX Runtime failed", e);
    }

    /** Images of a batch that one thread computes, where the batch lies in memory. */
    private record Part(Map<String, OnnxTensor> inputs, OnnxTensor output) {
        static Part of(Map<String, Tensor> inputs, Tensor output, long first, long count) {
            Map<String, OnnxTensor> parts = new HashMap<>();
            inputs.forEach((name, whole) -> parts.put(name, view(whole, first, count)));
            return new Part(parts, view(output, first, count));
        }

        /** @param whole contiguous */
        private static OnnxTensor view(Tensor whole, long first, long count) {
            Tensor part = whole.narrow(0, first, count);
            ByteBuffer memory = HostTensors.memory(part);
            try {
                return part.scalar_type().intern() == ScalarType.Float
                        ? OnnxTensor.createTensor(OnnxRuntime.ENVIRONMENT, memory.asFloatBuffer(), part.shape())
                        : OnnxTensor.createTensor(OnnxRuntime.ENVIRONMENT, memory.asLongBuffer(), part.shape());
            } catch (OrtException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed to free a graph", e);
        }
    }
}
