package org.bcm4j.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The header of an array in NumPy's format: a magic number, a version, a length, and a Python dictionary such as
 * <code>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</code>, padded so that the values begin at a
 * multiple of 64. Other programs and Python 2 write keys in another order, other quotes, and {@code 2L} for 2.
 *
 * @param bigEndian whether values are stored with the most significant byte first
 * @param columnMajor whether the first index varies fastest (Fortran order)
 * @param bytes the length of the whole header in its file, including the magic number; 0 if it has not been written yet
 */
record NpyHeader(ScalarType type, List<Long> shape, boolean bigEndian, boolean columnMajor, int bytes) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int MAX_TEXT_BYTES = 1 << 16;
    private static final int MAX_DIMENSIONS = 64;

    /** By kind and number of bytes. In a file, a byte order mark precedes them. */
    private static final Map<String, ScalarType> TYPES = Map.of(
            "u1", ScalarType.Byte,
            "i4", ScalarType.Int,
            "i8", ScalarType.Long,
            "f4", ScalarType.Float,
            "f8", ScalarType.Double);

    private static final String QUOTE = "['\"]";
    private static final Pattern DESCRIPTION = entry("descr", QUOTE + "([^'\"]*)" + QUOTE);
    private static final Pattern ORDER = entry("fortran_order", "(True|False)");
    private static final Pattern SHAPE = entry("shape", "\\(([0-9L,\\s]*)\\)");
    private static final Pattern DIMENSION = Pattern.compile("[0-9]+");

    private static Pattern entry(String key, String value) {
        return Pattern.compile(QUOTE + key + QUOTE + "\\s*:\\s*" + value);
    }

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /** @throws IllegalArgumentException if the tensor's type is not in the table */
    static NpyHeader of(Tensor array) {
        byte type = array.scalar_type().value;
        ScalarType known = TYPES.values().stream()
                .filter(candidate -> candidate.value == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "NumPy files can hold uint8, int32, int64, float32 and float64, not " + array.scalar_type()));
        return new NpyHeader(known, Arrays.stream(array.shape()).boxed().toList(), false, false, 0);
    }

    /** @throws UserException if this is no header, or the header of an unsupported array */
    static NpyHeader read(ReadableByteChannel channel, String where) throws IOException {
        byte[] start = ExactBytes.next(channel, MAGIC.length + 2).array();
        if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw broken(where, "it does not begin like one");
        }
        // Version 1.0 has a length of two bytes, 2.0 and 3.0 of four.
        int lengthBytes = start[MAGIC.length] == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer encodedLength = ByteBuffer.wrap(
                Arrays.copyOf(ExactBytes.next(channel, lengthBytes).array(), Integer.BYTES));
        int length = encodedLength.order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (length < 0 || length > MAX_TEXT_BYTES) {
            throw broken(where, "its header claims " + Integer.toUnsignedString(length) + " bytes");
        }
        String text = new String(ExactBytes.next(channel, length).array(), StandardCharsets.UTF_8);
        return parse(text, start.length + lengthBytes + length, where);
    }

    private static NpyHeader parse(String text, int bytes, String where) {
        Matcher description = DESCRIPTION.matcher(text);
        Matcher order = ORDER.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (!description.find() || !order.find() || !shape.find()) {
            throw broken(where, "its header lacks a simple type, an order or a shape");
        }
        String name = description.group(1);
        boolean marked = !name.isEmpty() && "<>|=".indexOf(name.charAt(0)) >= 0;
        ScalarType type = Optional.ofNullable(TYPES.get(marked ? name.substring(1) : name))
                .orElseThrow(() -> unsupported(where, "it holds numbers of type " + name));
        List<Long> dimensions = new ArrayList<>();
        Matcher dimension = DIMENSION.matcher(shape.group(1));
        try {
            while (dimension.find()) {
                dimensions.add(Long.parseLong(dimension.group()));
            }
            // NumPy and libtorch have this limit.
            if (dimensions.size() > MAX_DIMENSIONS) {
                throw broken(where, "it has " + dimensions.size() + " dimensions");
            }
        } catch (NumberFormatException e) {
            throw broken(where, "its shape is impossible");
        }
        return new NpyHeader(
                type, dimensions, name.startsWith(">"), order.group(1).equals("True"), bytes);
    }

    /**
     * Checks that header and values fill the file exactly.
     *
     * @param size size of the file or entry in bytes
     */
    void checkSize(long size, String where) {
        // Dimensions of size zero count as one where libtorch multiplies strides. That product must not overflow
        // either.
        long extent = elementBytes();
        try {
            for (long dimension : shape) {
                extent = Math.multiplyExact(extent, Math.max(1, dimension));
            }
        } catch (ArithmeticException e) {
            throw broken(where, "its shape is impossible");
        }
        long expected = bytes + (shape.contains(0L) ? 0 : extent);
        if (expected != size) {
            throw broken(where, "its shape " + shape + " needs " + expected + " bytes, but it has " + size);
        }
    }

    /** Reads all values. They follow the header. */
    Tensor values(ReadableByteChannel channel) throws IOException {
        if (!columnMajor || shape.size() < 2) {
            return values(channel, dimensions());
        }
        long[] reversed = new long[shape.size()];
        long[] axes = new long[shape.size()];
        for (int i = 0; i < reversed.length; i++) {
            axes[i] = reversed.length - 1L - i;
            reversed[i] = shape.get((int) axes[i]);
        }
        try (Tensor stored = values(channel, reversed)) {
            return Scope.returning(() -> stored.permute(axes).contiguous().clone());
        }
    }

    /** Reads the next values in their stored order, as a tensor of the given shape. */
    Tensor values(ReadableByteChannel channel, long... part) throws IOException {
        if (!bigEndian || elementBytes() == 1 || shape.contains(0L)) {
            return HostTensors.read(channel, type, part);
        }
        long count = Arrays.stream(part).reduce(1, Math::multiplyExact);
        try (Tensor stored = HostTensors.read(channel, ScalarType.Byte, count, elementBytes())) {
            return Scope.returning(
                    () -> stored.flip(1).contiguous().view(type).reshape(part).clone());
        }
    }

    /** The bytes to write before the values. */
    byte[] encoded() {
        String description = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(entry -> (type == ScalarType.Byte ? "|" : "<") + entry.getKey())
                .findFirst()
                .orElseThrow();
        // Python writes a tuple with one element as (n,).
        String dimensions =
                shape.stream().map(String::valueOf).collect(Collectors.joining(", ")) + (shape.size() == 1 ? "," : "");
        String text = "{'descr': '" + description + "', 'fortran_order': False, 'shape': (" + dimensions + "), }";
        int fixed = MAGIC.length + 2 + Short.BYTES;
        int padding = Math.floorMod(-(fixed + text.length() + 1), ALIGNMENT);
        String line = text + " ".repeat(padding) + "\n";
        ByteBuffer header = ByteBuffer.allocate(fixed + line.length()).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) line.length());
        return header.put(line.getBytes(StandardCharsets.US_ASCII)).array();
    }

    long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** The array in words: {@code uint8 [2, 3]}. */
    String described() {
        String name = switch (type) {
            case Byte -> "uint8";
            case Int -> "int32";
            case Long -> "int64";
            case Float -> "float32";
            default -> "float64";
        };
        return name + " " + shape;
    }

    static UserException broken(String where, String problem) {
        return new UserException(
                where + " is not a valid NumPy array: " + problem + "; write it again with numpy.save");
    }

    private static UserException unsupported(String where, String problem) {
        return new UserException(
                where + " is not supported: " + problem + "; convert it to uint8, int32, int64, float32 or float64");
    }

    private long elementBytes() {
        return switch (type) {
            case Byte -> 1;
            case Int, Float -> 4;
            default -> 8;
        };
    }
}
