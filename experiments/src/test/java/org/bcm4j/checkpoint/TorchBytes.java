package org.bcm4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** PyTorch's files, put together by hand. */
public final class TorchBytes {
    private TorchBytes() {}

    /** An archive, stored, of a pickle and storages by key. */
    static byte[] archive(byte[] pickle, Map<String, byte[]> storages) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        storages.forEach((key, bytes) -> entries.put("archive/data/" + key, bytes));
        return zip(ZipEntry.STORED, entries);
    }

    static byte[] zip(int method, Map<String, byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(entry(entry.getKey(), method, entry.getValue()));
                zip.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static ZipEntry entry(String name, int method, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        return entry;
    }

    /** The format before 1.6, with float32 storages by key. */
    static byte[] legacy(byte[] pickle, Map<String, float[]> storages) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new PickleBytes()
                .codes(0x8a, 10)
                .littleEndian(0x6a20f9469cfc6cL, 7)
                .codes(0xa8, 0x50, 0x19)
                .end());
        out.writeBytes(new PickleBytes().number(1001).end());
        out.writeBytes(new PickleBytes()
                .codes('}', '(')
                .text("little_endian")
                .codes(0x88, 'u')
                .end());
        out.writeBytes(pickle);
        PickleBytes keys = new PickleBytes().codes(']', '(');
        storages.keySet().forEach(keys::text);
        out.writeBytes(keys.codes('e').end());
        storages.values().forEach(numbers -> {
            out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(numbers.length)
                    .array());
            out.writeBytes(littleEndian(numbers));
        });
        return out.toByteArray();
    }

    static byte[] littleEndian(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : numbers) {
            bytes.putFloat(number);
        }
        return bytes.array();
    }
}
