package org.bcm4j.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Converts between Java arrays or channels and tensors, by copying except for {@link #memory}, in row-major order. New tensors are on the
 * CPU and belong to the caller's {@link Scope}; without a scope the caller closes them. Tensors to read can be on any
 * device, have any layout and require a gradient.
 */
public final class HostTensors {
    static {
        NativeCode.prepareTensors();
    }

    /**
     * The size of a window. A direct buffer holds at most 2^31 - 1 bytes, so larger tensors pass through several: 1 GiB
     * each for numbers of 8 bytes.
     */
    private static final long WINDOW_NUMBERS = 1L << 27;

    private HostTensors() {}

    /** A uint8 tensor of the given shape; the bytes are read as 0 to 255. */
    public static Tensor ofBytes(byte[] values, long... shape) {
        return filled(ScalarType.Byte, values.length, shape, memory -> new BytePointer(memory).put(values));
    }

    /** A uint8 tensor of zeros. */
    public static Tensor zeroBytes(long... shape) {
        return Scope.returning(() -> torch.zeros(shape, new TensorOptions(ScalarType.Byte)));
    }

    /** A float32 tensor of the given shape. */
    public static Tensor ofFloats(float[] values, long... shape) {
        return filled(ScalarType.Float, values.length, shape, memory -> new FloatPointer(memory).put(values));
    }

    /** A float64 tensor of the given shape. */
    public static Tensor ofDoubles(double[] values, long... shape) {
        return filled(ScalarType.Double, values.length, shape, memory -> new DoublePointer(memory).put(values));
    }

    /** An int64 tensor of the given shape. */
    public static Tensor ofLongs(long[] values, long... shape) {
        return filled(ScalarType.Long, values.length, shape, memory -> new LongPointer(memory).put(values));
    }

    /** A float32 tensor of any content. */
    public static Tensor emptyFloats(long... shape) {
        return allocate(ScalarType.Float, shape);
    }

    /**
     * The memory of a contiguous tensor on the CPU, which is valid as long as the tensor lives.
     *
     * @param tensor of less than 2 GiB
     */
    public static ByteBuffer memory(Tensor tensor) {
        return new BytePointer(tensor.data_ptr())
                .capacity(tensor.nbytes())
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    /** The values as uint8, converted if necessary. */
    public static byte[] bytes(Tensor tensor) {
        return values(tensor, ScalarType.Byte, byte[]::new, (memory, values) -> new BytePointer(memory).get(values));
    }

    /** The values as float32, converted if necessary. */
    public static float[] floats(Tensor tensor) {
        return values(tensor, ScalarType.Float, float[]::new, (memory, values) -> new FloatPointer(memory).get(values));
    }

    /** The values as float64, converted if necessary. */
    public static double[] doubles(Tensor tensor) {
        return values(
                tensor, ScalarType.Double, double[]::new, (memory, values) -> new DoublePointer(memory).get(values));
    }

    /** The values as int64, converted if necessary. */
    public static long[] longs(Tensor tensor) {
        return values(tensor, ScalarType.Long, long[]::new, (memory, values) -> new LongPointer(memory).get(values));
    }

    /**
     * Reads a tensor's little-endian bytes straight into its memory.
     *
     * @throws EOFException if the channel ends before the tensor is full
     * @throws OutOfMemoryError if there is not enough memory
     */
    public static Tensor read(ReadableByteChannel channel, ScalarType type, long... shape) throws IOException {
        Tensor tensor = allocate(type, shape);
        boolean complete = false;
        try (Scope scope = Scope.open()) {
            Tensor row = tensor.view(-1);
            for (long first = 0; first < row.numel(); first += WINDOW_NUMBERS) {
                fill(window(row, first), channel);
            }
            complete = true;
            return tensor;
        } finally {
            if (!complete) {
                tensor.close();
            }
        }
    }

    /** Writes a tensor's bytes, little-endian. */
    public static void write(WritableByteChannel channel, Tensor tensor) throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor row = host(tensor).view(-1);
            for (long first = 0; first < row.numel(); first += WINDOW_NUMBERS) {
                ByteBuffer window = window(row, first);
                while (window.hasRemaining()) {
                    channel.write(window);
                }
            }
        }
    }

    private static void fill(ByteBuffer window, ReadableByteChannel channel) throws IOException {
        while (window.hasRemaining()) {
            if (channel.read(window) < 0) {
                throw new EOFException("the file ends in the middle of a tensor");
            }
        }
    }

    /** Up to {@link #WINDOW_NUMBERS} numbers of a contiguous row, starting at {@code first}. */
    private static ByteBuffer window(Tensor row, long first) {
        Tensor part = row.narrow(0, first, Math.min(WINDOW_NUMBERS, row.numel() - first));
        return memory(part);
    }

    private static Tensor filled(ScalarType type, int length, long[] shape, Consumer<Pointer> fill) {
        Tensor tensor = allocate(type, shape);
        if (tensor.numel() != length) {
            tensor.close();
            throw new IllegalArgumentException(length + " values do not fill the shape " + Arrays.toString(shape));
        }
        // An empty tensor has no memory to point to.
        if (length > 0) {
            fill.accept(tensor.data_ptr());
        }
        return tensor;
    }

    private static <A> A values(Tensor tensor, ScalarType type, IntFunction<A> newArray, BiConsumer<Pointer, A> copy) {
        long length = tensor.numel();
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(length + " values do not fit into a Java array");
        }
        A values = newArray.apply((int) length);
        if (length > 0) {
            try (Scope scope = Scope.open()) {
                copy.accept(host(tensor.to(type)).data_ptr(), values);
            }
        }
        return values;
    }

    /**
     * A tensor of any content.
     *
     * @throws OutOfMemoryError if there is not enough memory
     */
    static Tensor allocate(ScalarType type, long... shape) {
        try {
            return Scope.returning(() -> torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional()));
        } catch (RuntimeException e) {
            String firstLine =
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            OutOfMemoryError error = new OutOfMemoryError(firstLine);
            error.initCause(e);
            throw error;
        }
    }

    /** A contiguous tensor on the CPU with the same values; the same tensor if it is one. */
    static Tensor host(Tensor tensor) {
        return tensor.detach().cpu().contiguous();
    }
}
