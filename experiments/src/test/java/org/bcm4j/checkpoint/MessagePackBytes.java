package org.bcm4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** MessagePack written by hand, with the extensions of Flax. */
public final class MessagePackBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public MessagePackBytes codes(int... codes) {
        for (int code : codes) {
            out.write(code);
        }
        return this;
    }

    public MessagePackBytes bigEndian(long number, int bytes) {
        byte[] all = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        out.write(all, Long.BYTES - bytes, bytes);
        return this;
    }

    public MessagePackBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return codes(0xd9, bytes.length).content(bytes);
    }

    /** @param code 1 for an array, 3 for a single number of NumPy's */
    public MessagePackBytes array(int code, String type, long[] shape, byte[] content) {
        MessagePackBytes parts = new MessagePackBytes().codes(0x93, 0x90 | shape.length);
        for (long size : shape) {
            parts.codes(0xd3).bigEndian(size, Long.BYTES);
        }
        parts.text(type).codes(0xc6).bigEndian(content.length, Integer.BYTES).content(content);
        return extension(code, parts.bytes());
    }

    /** A dictionary's beginning: as many keys with their values must follow. */
    public MessagePackBytes map(int entries) {
        return codes(0xde).bigEndian(entries, Short.BYTES);
    }

    public MessagePackBytes extension(int code, byte[] content) {
        return codes(0xc9).bigEndian(content.length, Integer.BYTES).codes(code).content(content);
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    private MessagePackBytes content(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }
}
