package org.bcm4j.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads and writes files of named tensors in the safetensors format. A file consists of the length of the header (8
 * bytes, little-endian), a JSON header with each tensor's type, shape and position, and the tensors' bytes, row-major
 * and little-endian. Such a file contains no code.
 *
 * <p>Every number in a header is checked before it is used. A damaged or malicious file throws a {@link UserException}
 * that names the file and the tensor.
 */
public final class Safetensors {
    private static final int LENGTH_BYTES = 8;

    /** The limit of the format's reference implementation. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private Safetensors() {}

    /**
     * Reads the header of a file, without its data.
     *
     * @throws UserException if the file cannot be read or is not a valid safetensors file
     */
    public static SafetensorsHeader header(Path file) {
        ForeignContent.refuse(file);
        try (FileChannel channel = FileChannel.open(file)) {
            return readHeader(file, channel);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads a whole file. The tensors own their memory, so the file can change or disappear afterwards. They belong to
     * the caller's {@link Scope}; without a scope the caller closes each.
     *
     * @throws UserException if the file cannot be read or is not a valid safetensors file
     */
    public static SafetensorsFile read(Path file) {
        ForeignContent.refuse(file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        boolean complete = false;
        try (FileChannel channel = FileChannel.open(file)) {
            SafetensorsHeader header = readHeader(file, channel);
            long data = channel.size() - header.dataBytes();
            for (Map.Entry<String, SafetensorsHeader.Entry> named :
                    header.tensors().entrySet()) {
                SafetensorsHeader.Entry entry = named.getValue();
                // Reads straight into the tensor's memory: one copy, and no memory mapping, which would crash if the
                // file were truncated.
                channel.position(data + entry.begin());
                tensors.put(
                        named.getKey(), HostTensors.read(channel, entry.type().scalarType(), entry.dimensions()));
            }
            complete = true;
            return new SafetensorsFile(tensors, header.metadata());
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (OutOfMemoryError e) {
            throw new UserException(
                    "cannot read " + file + ": there is not enough memory for its tensors; free some", e);
        } finally {
            if (!complete) {
                tensors.values().forEach(Tensor::close);
            }
        }
    }

    /**
     * Writes tensors from any device, atomically. The header names them in the map's order. The data is in order of
     * decreasing element size, so every tensor is aligned for its type. The same content always gives the same bytes.
     *
     * @param metadata free text about the file, written sorted by key; may be empty
     * @throws UserException if the file cannot be written; an existing file is then unchanged
     * @throws IllegalArgumentException if a tensor is called {@code __metadata__} or has a type that the format does
     *     not support
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        SafetensorsHeader header = layOut(tensors, metadata);
        byte[] json = json(header).getBytes(StandardCharsets.UTF_8);
        // Spaces after the header align the data to 8 bytes.
        int padding = -json.length & 7;
        ByteBuffer head =
                ByteBuffer.allocate(LENGTH_BYTES + json.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(json.length + padding).put(json).put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
        head.flip();
        AtomicFile.writeChannel(file, channel -> {
            while (head.hasRemaining()) {
                channel.write(head);
            }
            for (Map.Entry<String, Tensor> tensor : inDataOrder(tensors)) {
                HostTensors.write(channel, tensor.getValue());
            }
        });
    }

    static UserException broken(Path file, String problem) {
        return new UserException(file + " is not a valid safetensors file: " + problem + "; fetch or write it again");
    }

    private static UserException unreadable(Path file, IOException e) {
        return e instanceof EOFException ? broken(file, "it ends too early") : FileFailure.reading(file, e);
    }

    private static SafetensorsHeader readHeader(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw broken(file, "it has only " + size + " bytes");
        }
        long length = ExactBytes.next(channel, LENGTH_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 0 || length > Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES)) {
            throw broken(file, "its header claims " + Long.toUnsignedString(length) + " bytes of a file of " + size);
        }
        String json;
        try {
            json = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ExactBytes.next(channel, (int) length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken(file, "its header is not UTF-8 text");
        }
        return new SafetensorsHeaderParser(file, size - LENGTH_BYTES - length).parse(json);
    }

    private static SafetensorsHeader layOut(Map<String, Tensor> tensors, Map<String, String> metadata) {
        Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.equals(SafetensorsHeaderParser.METADATA)) {
                throw new IllegalArgumentException("a tensor cannot be called " + name);
            }
            entries.put(name, entry(tensor, 0));
        });
        long position = 0;
        for (Map.Entry<String, Tensor> tensor : inDataOrder(tensors)) {
            // Putting an existing name again keeps its position in the header.
            SafetensorsHeader.Entry entry = entry(tensor.getValue(), position);
            entries.put(tensor.getKey(), entry);
            position = entry.end();
        }
        return new SafetensorsHeader(entries, new TreeMap<>(metadata));
    }

    private static SafetensorsHeader.Entry entry(Tensor tensor, long begin) {
        List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
        return new SafetensorsHeader.Entry(ElementType.of(tensor.scalar_type()), shape, begin, begin + tensor.nbytes());
    }

    /** Large elements first, otherwise in the given order (the sort is stable). */
    private static List<Map.Entry<String, Tensor>> inDataOrder(Map<String, Tensor> tensors) {
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        order.sort(Comparator.comparingLong(tensor -> -tensor.getValue().itemsize()));
        return order;
    }

    private static String json(SafetensorsHeader header) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (!header.metadata().isEmpty()) {
                json.writeName(SafetensorsHeaderParser.METADATA);
                json.writeStartObject();
                header.metadata().forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            header.tensors().forEach((name, entry) -> {
                json.writeName(name);
                json.writeStartObject();
                json.writeStringProperty("dtype", entry.type().name());
                json.writeName("shape");
                json.writeArray(entry.dimensions(), 0, entry.shape().size());
                json.writeName("data_offsets");
                json.writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
                json.writeEndObject();
            });
            json.writeEndObject();
        }
        return text.toString();
    }
}
