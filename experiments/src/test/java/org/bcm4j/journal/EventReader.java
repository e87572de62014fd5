package org.bcm4j.journal;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads event files as their format is documented, sharing nothing with what writes them, down to the checksum. */
final class EventReader {
    private EventReader() {}

    /** The events of a file, as bags of numbered fields. */
    static List<UnknownFieldSet> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<UnknownFieldSet> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = take(bytes, 8);
            check(bytes, length);
            byte[] data = take(bytes, (int)
                    ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
            check(bytes, data);
            events.add(UnknownFieldSet.parseFrom(data));
        }
        return events;
    }

    private static byte[] take(ByteBuffer bytes, int length) {
        byte[] taken = new byte[length];
        bytes.get(taken);
        return taken;
    }

    private static void check(ByteBuffer bytes, byte[] data) throws IOException {
        long crc = crc32c(data);
        long masked = (((crc >> 15) | (crc << 17)) + 0xa282ead8L) & 0xFFFFFFFFL;
        if (masked != (bytes.getInt() & 0xFFFFFFFFL)) {
            throw new IOException("wrong checksum before byte " + bytes.position());
        }
    }

    /** Castagnoli's polynomial, bit by bit. */
    static long crc32c(byte[] data) {
        int crc = ~0;
        for (byte next : data) {
            crc ^= next & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        return ~crc & 0xFFFFFFFFL;
    }

    static UnknownFieldSet message(UnknownFieldSet outer, int field) throws IOException {
        return UnknownFieldSet.parseFrom(bytes(outer, field));
    }

    static List<UnknownFieldSet> messages(UnknownFieldSet outer, int field) throws IOException {
        List<UnknownFieldSet> inner = new ArrayList<>();
        for (ByteString bytes : outer.getField(field).getLengthDelimitedList()) {
            inner.add(UnknownFieldSet.parseFrom(bytes));
        }
        return inner;
    }

    static ByteString bytes(UnknownFieldSet message, int field) {
        return message.getField(field).getLengthDelimitedList().get(0);
    }

    static String text(UnknownFieldSet message, int field) {
        return bytes(message, field).toStringUtf8();
    }

    static long integer(UnknownFieldSet message, int field) {
        return message.getField(field).getVarintList().get(0);
    }

    static float real32(UnknownFieldSet message, int field) {
        return Float.intBitsToFloat(message.getField(field).getFixed32List().get(0));
    }

    static double real64(UnknownFieldSet message, int field) {
        return Double.longBitsToDouble(message.getField(field).getFixed64List().get(0));
    }
}
