package org.bcm4j.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads MessagePack values from a file. Binary data are skipped and represented by their location, so that only names
 * and numbers take memory.
 */
final class MessagePack {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_VALUES = 1 << 20;
    private static final int MAX_TEXT_BYTES = 1 << 20;

    private final RandomAccessFile file;
    private int values;

    MessagePack(RandomAccessFile file) {
        this.file = file;
    }

    /** A range of bytes in the file; as a value, binary data. */
    record Region(long start, long length) {
        long end() {
            return start + length;
        }
    }

    /** A value of an application-specific type. */
    record Extension(int type, Region content) {}

    /**
     * Reads the value that begins at {@code start}.
     *
     * @return the values of {@link Container#tree} without tensors, and {@link Region} and {@link Extension}
     * @throws RefusedException if it is damaged, nested too deeply, or too large
     */
    Object read(long start) throws IOException {
        file.seek(start);
        return value(0);
    }

    /** The position of the first byte after the last value read. */
    long position() throws IOException {
        return file.getFilePointer();
    }

    private Object value(int depth) throws IOException {
        values++;
        if (depth > MAX_DEPTH || values > MAX_VALUES) {
            throw RefusedException.unsupported("it is nested too deeply or has too many entries");
        }
        int code = file.readUnsignedByte();
        if (code < 0x80) {
            return (long) code;
        } else if (code < 0x90) {
            return map(code & 0x0f, depth);
        } else if (code < 0xa0) {
            return array(code & 0x0f, depth);
        } else if (code < 0xc0) {
            return text(code & 0x1f);
        } else if (code >= 0xe0) {
            return (long) (byte) code;
        }
        return switch (code) {
            case 0xdc -> array(file.readUnsignedShort(), depth);
            case 0xdd -> array(unsignedInt(), depth);
            case 0xde -> map(file.readUnsignedShort(), depth);
            case 0xdf -> map(unsignedInt(), depth);
            default -> leaf(code);
        };
    }

    private Object leaf(int code) throws IOException {
        return switch (code) {
            case 0xc0 -> Blank.NONE;
            case 0xc2 -> false;
            case 0xc3 -> true;
            case 0xc4 -> region(file.readUnsignedByte());
            case 0xc5 -> region(file.readUnsignedShort());
            case 0xc6 -> region(unsignedInt());
            case 0xc7 -> extension(file.readUnsignedByte());
            case 0xc8 -> extension(file.readUnsignedShort());
            case 0xc9 -> extension(unsignedInt());
            case 0xca -> (double) file.readFloat();
            case 0xcb -> file.readDouble();
            case 0xcc -> (long) file.readUnsignedByte();
            case 0xcd -> (long) file.readUnsignedShort();
            case 0xce -> unsignedInt();
            case 0xcf -> unsignedLong();
            case 0xd0 -> (long) file.readByte();
            case 0xd1 -> (long) file.readShort();
            case 0xd2 -> (long) file.readInt();
            case 0xd3 -> file.readLong();
            case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> extension(1L << (code - 0xd4));
            case 0xd9 -> text(file.readUnsignedByte());
            case 0xda -> text(file.readUnsignedShort());
            case 0xdb -> text(unsignedInt());
            default -> throw RefusedException.damaged("its MessagePack has an unknown code");
        };
    }

    private Sequence array(long count, int depth) throws IOException {
        Sequence items = new Sequence(List.of());
        for (long i = 0; i < count; i++) {
            items.add(value(depth + 1));
        }
        return items;
    }

    private Dictionary map(long count, int depth) throws IOException {
        Dictionary entries = new Dictionary();
        for (long i = 0; i < count; i++) {
            Object key = value(depth + 1);
            entries.put(key, value(depth + 1));
        }
        return entries;
    }

    private String text(long length) throws IOException {
        if (length > MAX_TEXT_BYTES) {
            throw RefusedException.unsupported("it has a text of " + length + " bytes");
        }
        byte[] bytes = new byte[(int) length];
        file.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Extension extension(long length) throws IOException {
        int type = file.readByte();
        return new Extension(type, region(length));
    }

    private Region region(long length) throws IOException {
        Region region = new Region(position(), length);
        if (region.end() > file.length()) {
            throw new EOFException();
        }
        file.seek(region.end());
        return region;
    }

    private long unsignedInt() throws IOException {
        return Integer.toUnsignedLong(file.readInt());
    }

    private Object unsignedLong() throws IOException {
        long bits = file.readLong();
        return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
    }
}
