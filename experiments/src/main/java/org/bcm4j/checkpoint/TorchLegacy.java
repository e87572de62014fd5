package org.bcm4j.checkpoint;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * PyTorch's format before 1.6. It has five pickles: a magic number, a version, the writer's system, the tree, and the
 * keys of the storages. The storages follow in the order of their keys, each after its length.
 */
final class TorchLegacy implements Container {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long VERSION = 1001;

    private final FileChannel channel;
    private final Object tree;

    /** The start of each storage's numbers. */
    private final Map<String, Long> starts = new HashMap<>();

    private TorchLegacy(FileChannel channel) throws IOException {
        this.channel = channel;
        ByteBuffer head = read((int) Math.min(channel.size(), Pickle.MAX_BYTES), 0);
        Pickle pickle = new Pickle(head);
        if (!pickle.read().equals(MAGIC) || !pickle.read().equals(VERSION)) {
            throw RefusedException.unsupported("it is a pickle, but not one of PyTorch's");
        }
        if (!(pickle.read() instanceof Dictionary system)
                || !Boolean.TRUE.equals(system.entries().get("little_endian"))) {
            throw RefusedException.unsupported("it was not written on a little-endian machine");
        }
        this.tree = pickle.read();
        locate(pickle);
    }

    static TorchLegacy open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file);
        try {
            return new TorchLegacy(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Object tree() {
        return tree;
    }

    @Override
    public Tensor read(Storage storage) throws IOException {
        Long start = starts.get(storage.key());
        if (start == null) {
            throw RefusedException.damaged("storage " + RefusedException.quoted(storage.key()) + " is missing");
        }
        channel.position(start);
        return HostTensors.read(channel, storage.type().scalarType(), storage.elements());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Finds the storages and checks that they fill the rest of the file without gaps. */
    private void locate(Pickle pickle) throws IOException {
        if (!(pickle.read() instanceof Sequence keys)) {
            throw RefusedException.damaged("its list of storages is not a list");
        }
        long position = pickle.position();
        for (Object key : keys.items()) {
            Storage storage = pickle.storages().get(key);
            if (storage == null || starts.containsKey(storage.key())) {
                throw RefusedException.damaged("it holds a storage that no tensor uses, or one twice");
            }
            long elements = read(Long.BYTES, position).getLong();
            position += Long.BYTES;
            if (elements != storage.elements() || storage.bytes() > channel.size() - position) {
                throw RefusedException.damaged("storage " + RefusedException.quoted(storage.key()) + " has " + elements
                        + " numbers, or is cut off; it should have " + storage.elements());
            }
            starts.put(storage.key(), position);
            position += storage.bytes();
        }
        if (position != channel.size()) {
            throw RefusedException.damaged((channel.size() - position) + " bytes follow its last storage");
        }
    }

    private ByteBuffer read(int length, long position) throws IOException {
        return ExactBytes.at(channel, position, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
