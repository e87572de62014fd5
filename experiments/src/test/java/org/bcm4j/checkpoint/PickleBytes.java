package org.bcm4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A pickle written by hand, as PyTorch writes its own in protocol 2. */
public final class PickleBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public PickleBytes() {
        codes(0x80, 2);
    }

    /** Instructions, and single bytes of any other use. */
    public PickleBytes codes(int... codes) {
        for (int code : codes) {
            out.write(code);
        }
        return this;
    }

    public PickleBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        codes('X').littleEndian(bytes.length, Integer.BYTES);
        out.writeBytes(bytes);
        return this;
    }

    PickleBytes number(long number) {
        return codes(0x8a, Long.BYTES).littleEndian(number, Long.BYTES);
    }

    PickleBytes littleEndian(long number, int bytes) {
        byte[] all = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
        out.write(all, 0, bytes);
        return this;
    }

    PickleBytes global(String module, String name) {
        codes('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleBytes tuple(long... numbers) {
        codes('(');
        for (long number : numbers) {
            number(number);
        }
        return codes('t');
    }

    /** @param type such as {@code Float} */
    PickleBytes storage(String type, String key, long elements) {
        return codes('(')
                .text("storage")
                .global("torch", type + "Storage")
                .text(key)
                .text("cpu")
                .number(elements)
                .codes('t', 'Q');
    }

    /** A tensor of float32. */
    public PickleBytes tensor(String key, long elements, long offset, long[] shape, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .codes('(')
                .storage("Float", key, elements)
                .number(offset)
                .tuple(shape)
                .tuple(strides)
                .codes(0x89)
                .global("collections", "OrderedDict")
                .codes(')', 'R', 't', 'R');
    }

    public byte[] end() {
        codes('.');
        return out.toByteArray();
    }
}
