package org.bcm4j.data;

import java.io.EOFException;
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
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What precedes the values of an array in NumPy's format: a magic number, a version, a length, and a Python dictionary
 * such as <code>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</code>, padded so that the values begin
 * at a multiple of 64.
 *
 * @param bytes of the whole header in the file that it was read from, the magic number included; 0 if it is yet to be
 *     written
 */
record NpyHeader(ScalarType type, List<Long> shape, int bytes) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int MAX_TEXT_BYTES = 1 << 16;
    private static final int MAX_DIMENSIONS = 64;

    private static final Map<String, ScalarType> TYPES = Map.of(
            "|u1", ScalarType.Byte,
            "<i4", ScalarType.Int,
            "<i8", ScalarType.Long,
            "<f4", ScalarType.Float,
            "<f8", ScalarType.Double);

    private static final Pattern DESCRIPTION = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ROW_MAJOR = Pattern.compile("'fortran_order'\\s*:\\s*False");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");
    private static final Pattern DIMENSION = Pattern.compile("[0-9]+");

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /** @throws IllegalArgumentException if the tensor is of a type that is not in the table */
    static NpyHeader of(Tensor array) {
        byte type = array.scalar_type().value;
        ScalarType known = TYPES.values().stream()
                .filter(candidate -> candidate.value == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "NumPy files are written of uint8, int32, int64, float32 and float64, not "
                                + array.scalar_type()));
        return new NpyHeader(known, Arrays.stream(array.shape()).boxed().toList(), 0);
    }

    /** @throws UserException if this is no header, or that of an array that is not supported */
    static NpyHeader read(ReadableByteChannel channel, String where) throws IOException {
        byte[] start = read(channel, MAGIC.length + 2);
        if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw broken(where, "it does not begin as one");
        }
        // Version 1.0 has two bytes of length, 2.0 and 3.0 have four.
        int lengthBytes = start[MAGIC.length] == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer encodedLength = ByteBuffer.wrap(Arrays.copyOf(read(channel, lengthBytes), Integer.BYTES));
        int length = encodedLength.order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (length < 0 || length > MAX_TEXT_BYTES) {
            throw broken(where, "its header claims " + Integer.toUnsignedString(length) + " bytes");
        }
        String text = new String(read(channel, length), StandardCharsets.UTF_8);
        return parse(text, start.length + lengthBytes + length, where);
    }

    private static NpyHeader parse(String text, int bytes, String where) {
        Matcher description = DESCRIPTION.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (!description.find() || !shape.find()) {
            throw broken(where, "its header lacks a simple type or a shape");
        }
        ScalarType type = Optional.ofNullable(TYPES.get(description.group(1)))
                .orElseThrow(() -> unsupported(where, "it holds numbers of type " + description.group(1)));
        if (!ROW_MAJOR.matcher(text).find()) {
            throw unsupported(where, "it is in column-major (Fortran) order");
        }
        List<Long> dimensions = new ArrayList<>();
        Matcher dimension = DIMENSION.matcher(shape.group(1));
        try {
            while (dimension.find()) {
                dimensions.add(Long.parseLong(dimension.group()));
            }
            // The limit of NumPy and of libtorch.
            if (dimensions.size() > MAX_DIMENSIONS) {
                throw broken(where, "it has " + dimensions.size() + " dimensions");
            }
        } catch (NumberFormatException e) {
            throw broken(where, "its shape is impossible");
        }
        return new NpyHeader(type, dimensions, bytes);
    }

    /**
     * Checks that header and values make up the file exactly.
     *
     * @param size bytes of the file or entry
     */
    void checkSize(long size, String where) {
        // Zero-sized dimensions count as one where libtorch multiplies strides, which must not overflow either.
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
            throw broken(where, "its shape " + shape + " asks for " + expected + " bytes and it has " + size);
        }
    }

    /** The bytes to write before the values. */
    byte[] encoded() {
        String description = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        // Python writes a tuple of one as (n,).
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
                where + " is not a sound NumPy array: " + problem + "; write it again with numpy.save");
    }

    private static UserException unsupported(String where, String problem) {
        return new UserException(where + " is not supported: " + problem
                + "; convert it to uint8, int32, int64, float32 or float64 in row-major order");
    }

    private long elementBytes() {
        return switch (type) {
            case Byte -> 1;
            case Int, Float -> 4;
            default -> 8;
        };
    }

    private static byte[] read(ReadableByteChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer.array();
    }
}
