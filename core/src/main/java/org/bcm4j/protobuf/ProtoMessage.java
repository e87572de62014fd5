package org.bcm4j.protobuf;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.bcm4j.storage.AtomicFile;

/**
 * Builds a protocol buffer message field by field. The few messages of this library do not justify a compiler in the
 * build. Large content is read only when the message is written. A message must not change after it has become a field
 * of another.
 */
public final class ProtoMessage {
    /** The largest message that readers accept. */
    public static final long MAX_BYTES = Integer.MAX_VALUE;

    /** The wire type of fields that begin with their length. */
    private static final int LENGTH_DELIMITED = 2;

    private final List<Field> fields = new ArrayList<>();
    private long size;

    @FunctionalInterface
    private interface Field {
        void write(CodedOutputStream coded, OutputStream out) throws IOException;
    }

    public ProtoMessage int64(int field, long value) {
        return with(CodedOutputStream.computeInt64Size(field, value), (coded, out) -> coded.writeInt64(field, value));
    }

    public ProtoMessage real64(int field, double value) {
        return with(CodedOutputStream.computeDoubleSize(field, value), (coded, out) -> coded.writeDouble(field, value));
    }

    public ProtoMessage real32(int field, float value) {
        return with(CodedOutputStream.computeFloatSize(field, value), (coded, out) -> coded.writeFloat(field, value));
    }

    public ProtoMessage text(int field, String value) {
        return with(CodedOutputStream.computeStringSize(field, value), (coded, out) -> coded.writeString(field, value));
    }

    public ProtoMessage bytes(int field, byte[] value) {
        return bytes(field, value.length, out -> out.write(value));
    }

    /** Adds bytes that are read each time the message is written. */
    public ProtoMessage bytes(int field, long length, AtomicFile.Body<OutputStream> content) {
        return lengthDelimited(field, length, (coded, out) -> {
            coded.flush();
            content.write(out);
        });
    }

    public ProtoMessage message(int field, ProtoMessage value) {
        return lengthDelimited(field, value.size, value::write);
    }

    /** The size of the whole message in bytes. */
    public long size() {
        return size;
    }

    /** Writes the message without its size. */
    public void writeTo(OutputStream out) throws IOException {
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        write(coded, out);
        coded.flush();
    }

    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    private void write(CodedOutputStream coded, OutputStream out) throws IOException {
        for (Field field : fields) {
            field.write(coded, out);
        }
    }

    private ProtoMessage lengthDelimited(int field, long length, Field content) {
        int head = CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt64SizeNoTag(length);
        return with(head + length, (coded, out) -> {
            coded.writeTag(field, LENGTH_DELIMITED);
            coded.writeUInt64NoTag(length);
            content.write(coded, out);
        });
    }

    private ProtoMessage with(long bytes, Field field) {
        fields.add(field);
        size += bytes;
        return this;
    }
}
