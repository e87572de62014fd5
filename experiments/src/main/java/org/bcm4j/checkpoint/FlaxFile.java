package org.bcm4j.checkpoint;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bcm4j.tensor.ElementType;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Flax's file of a tree of arrays: MessagePack, with arrays and NumPy's single numbers as extensions, and arrays of
 * more than 1 GiB as dictionaries of chunks.
 */
final class FlaxFile implements Container {
    private static final int ARRAY = 1;
    private static final int NUMBER = 3;
    private static final String CHUNKED = "__msgpack_chunked_array__";

    /** By NumPy's names. Unsigned types that files of weights lack become signed ones with the same bits. */
    private static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("float64", ElementType.F64),
            Map.entry("float32", ElementType.F32),
            Map.entry("float16", ElementType.F16),
            Map.entry("bfloat16", ElementType.BF16),
            Map.entry("int64", ElementType.I64),
            Map.entry("uint64", ElementType.I64),
            Map.entry("int32", ElementType.I32),
            Map.entry("uint32", ElementType.I32),
            Map.entry("int16", ElementType.I16),
            Map.entry("uint16", ElementType.I16),
            Map.entry("int8", ElementType.I8),
            Map.entry("uint8", ElementType.U8),
            Map.entry("bool", ElementType.BOOL));

    private final RandomAccessFile file;
    private final MessagePack messages;

    /** The regions of each storage's numbers, in order, by the storage's key. */
    private final Map<String, List<MessagePack.Region>> regions = new HashMap<>();

    private FlaxFile(RandomAccessFile file) {
        this.file = file;
        this.messages = new MessagePack(file);
    }

    static FlaxFile open(Path path) throws IOException {
        return new FlaxFile(new RandomAccessFile(path.toFile(), "r"));
    }

    @Override
    public Object tree() throws IOException {
        Object root = messages.read(0);
        long rest = file.length() - messages.position();
        if (rest > 0) {
            throw RefusedException.damaged(rest + " bytes follow its end");
        }
        return withTensors(root);
    }

    @Override
    public Tensor read(Storage storage) throws IOException {
        List<MessagePack.Region> places = regions.getOrDefault(storage.key(), List.of());
        RegionChannel channel = new RegionChannel(file.getChannel(), places);
        return HostTensors.read(channel, storage.type().scalarType(), storage.elements());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The same tree with its arrays as tensors. */
    private Object withTensors(Object value) throws IOException {
        if (value instanceof Dictionary dictionary) {
            if (dictionary.entries().containsKey(CHUNKED)) {
                return joined(dictionary);
            }
            Dictionary result = new Dictionary();
            for (Map.Entry<String, Object> entry : dictionary.entries().entrySet()) {
                result.put(entry.getKey(), withTensors(entry.getValue()));
            }
            return result;
        }
        if (value instanceof Sequence sequence) {
            Sequence result = new Sequence(List.of());
            for (Object item : sequence.items()) {
                result.add(withTensors(item));
            }
            return result;
        }
        if (value instanceof MessagePack.Extension extension) {
            return extension.type() == ARRAY || extension.type() == NUMBER ? array(extension) : Blank.OPAQUE;
        }
        return value;
    }

    /** An array: its shape, the name of its type, and its bytes. */
    private StoredTensor array(MessagePack.Extension extension) throws IOException {
        if (messages.read(extension.content().start()) instanceof Sequence parts
                && parts.items().size() == 3
                && parts.items().get(0) instanceof Sequence shape
                && parts.items().get(1) instanceof String typeName
                && parts.items().get(2) instanceof MessagePack.Region bytes
                && bytes.end() == extension.content().end()) {
            return tensor(shape.numbers(), type(typeName), List.of(bytes));
        }
        throw RefusedException.damaged("it has an array without shape, type and bytes");
    }

    private StoredTensor joined(Dictionary description) throws IOException {
        List<MessagePack.Region> places = new ArrayList<>();
        List<ElementType> types = new ArrayList<>();
        for (Object item : tuple(description, "chunks").items()) {
            if (!(item instanceof MessagePack.Extension extension)) {
                throw RefusedException.damaged("a chunk of one of its arrays is not an array");
            }
            Storage chunk = array(extension).storage();
            types.add(chunk.type());
            places.addAll(regions.getOrDefault(chunk.key(), List.of()));
        }
        if (types.stream().distinct().count() != 1) {
            throw RefusedException.damaged("it has an array in chunks of " + types.size() + " types");
        }
        return tensor(tuple(description, "shape").numbers(), types.get(0), places);
    }

    private StoredTensor tensor(List<Long> shape, ElementType type, List<MessagePack.Region> places) {
        long bytes = places.stream().mapToLong(MessagePack.Region::length).sum();
        // An array in chunks begins where its first chunk does. The number of places makes their keys differ.
        Storage storage = new Storage(places.get(0).start() + "+" + places.size(), type, bytes / type.bytes());
        if (storage.bytes() != bytes) {
            throw RefusedException.damaged("an array of type " + type + " has " + bytes + " bytes");
        }
        regions.put(storage.key(), List.copyOf(places));
        return StoredTensor.whole(storage, shape);
    }

    /** Flax writes tuples as dictionaries with the keys "0", "1", and so on. */
    private static Sequence tuple(Dictionary description, String name) {
        if (description.entries().get(name) instanceof Dictionary tuple) {
            Map<String, Object> entries = tuple.entries();
            return new Sequence(IntStream.range(0, entries.size())
                    .mapToObj(i -> entries.getOrDefault(Integer.toString(i), Blank.NONE))
                    .toList());
        }
        throw RefusedException.damaged("it has an array in chunks without " + name);
    }

    private static ElementType type(String name) {
        ElementType type = TYPES.get(name);
        if (type == null) {
            throw RefusedException.unsupported("it has an array of type " + RefusedException.quoted(name));
        }
        return type;
    }
}
