package org.bcm4j.journal;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Builds a protocol buffer message field by field; the handful that TensorBoard needs are no reason for a compiler in
 * the build.
 */
final class ProtoMessage {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private interface Field {
        void write() throws IOException;
    }

    ProtoMessage int64(int field, long value) {
        return with(() -> out.writeInt64(field, value));
    }

    ProtoMessage real64(int field, double value) {
        return with(() -> out.writeDouble(field, value));
    }

    ProtoMessage real32(int field, float value) {
        return with(() -> out.writeFloat(field, value));
    }

    ProtoMessage text(int field, String value) {
        return with(() -> out.writeString(field, value));
    }

    ProtoMessage bytes(int field, byte[] value) {
        return with(() -> out.writeByteArray(field, value));
    }

    ProtoMessage message(int field, ProtoMessage value) {
        return with(() -> out.writeBytes(field, ByteString.copyFrom(value.toBytes())));
    }

    byte[] toBytes() {
        with(out::flush);
        return bytes.toByteArray();
    }

    private ProtoMessage with(Field field) {
        try {
            field.write();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return this;
    }
}
