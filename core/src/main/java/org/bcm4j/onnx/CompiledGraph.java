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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.bcm4j.protobuf.ProtoMessage;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.NativeCode;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.util.ByteBufferBackedOutputStream;

/**
 * A graph that ONNX Runtime has compiled for this machine's processor: weights in the order of its kernels, operations
 * fused. It computes in float32. A batch is split into a part for each thread of libtorch that the caller has, and the
 * parts are computed side by side. So no thread waits for another within an evaluation, and an image alone needs one only.
 *
 * <p>Immutable and thread-safe. {@link #close} must not be called during a {@link #run}.
 */
public final class CompiledGraph implements AutoCloseable {
    /** Images that one thread computes at once. More take more memory, and are not faster. */
    private static final long MOST_IMAGES = 32;

    private final OrtSession session;
    private final String output;
    private final Lanes lanes = new Lanes(Lanes.most());

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

    /** ONNX Runtime's version; empty if it does not load on this machine. */
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
        try (OutputStream out = new ByteBufferBackedOutputStream(bytes)) {
            model.writeTo(out);
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
            long parts = Math.min(Lanes.most(), images);
            if (parts == 1) {
                compute(rows, result, 0, images);
            } else {
                lanes.run(LongStream.range(0, parts)
                        .mapToObj(part -> Executors.callable(
                                () -> compute(rows, result, part * images / parts, (part + 1) * images / parts)))
                        .toList());
            }
            return result;
        });
    }

    /** Computes the images from {@code first} to before {@code end}, in this thread. */
    private void compute(Map<String, Tensor> inputs, Tensor result, long first, long end) {
        for (long start = first; start < end; start += MOST_IMAGES) {
            long count = Math.min(MOST_IMAGES, end - start);
            Map<String, OnnxTensor> views = new HashMap<>();
            try (Scope scope = Scope.open();
                    OnnxTensor target = view(result.narrow(0, start, count))) {
                for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                    views.put(input.getKey(), view(input.getValue().narrow(0, start, count)));
                }
                session.run(views, Map.of(output, target)).close();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime failed", e);
            } finally {
                views.values().forEach(OnnxTensor::close);
            }
        }
    }

    /** The memory of a contiguous tensor. */
    private static OnnxTensor view(Tensor tensor) throws OrtException {
        ByteBuffer memory = HostTensors.memory(tensor);
        return tensor.scalar_type().intern() == ScalarType.Float
                ? OnnxTensor.createTensor(OnnxRuntime.ENVIRONMENT, memory.asFloatBuffer(), tensor.shape())
                : OnnxTensor.createTensor(OnnxRuntime.ENVIRONMENT, memory.asLongBuffer(), tensor.shape());
    }

    @Override
    public void close() {
        lanes.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed to free a graph", e);
        }
    }
}
