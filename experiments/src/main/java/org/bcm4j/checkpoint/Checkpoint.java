package org.bcm4j.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsFile;
import org.bytedeco.pytorch.Tensor;

/**
 * The content of a checkpoint of any program: tensors and scalars by path. A path consists of the keys and list indices
 * that lead to the value, joined by "/" ({@code ema/conv.weight}, {@code optimizer/state/0/step}).
 *
 * <p>Nothing in a file is ever executed: anything that would have to be called is refused by name. Plain values that
 * only Python knows, such as paths, dates, NumPy's numbers and objects of other classes, are ignored. Memory and time
 * are bounded by the size of the file, whatever the file claims.
 *
 * @param source the origin of the checkpoint, for messages
 * @param tensors in the file's order; immutable. They lie on the CPU and belong to the {@link org.bcm4j.tensor.Scope}
 *     in which the file was read. Shapes and values are those of the writer. Tensors that shared memory there share it
 *     here, so do not write to them. They can be strided or expanded
 * @param scalars in the file's order; immutable. Each is a String, Long, BigInteger, Double or Boolean. Other values,
 *     such as None, bytes and objects, are left out
 */
public record Checkpoint(String source, Map<String, Tensor> tensors, Map<String, Object> scalars) {
    static final String SEPARATOR = "/";

    /** The number of bytes at a file's start that identify its format. */
    private static final int START_BYTES = 9;

    public Checkpoint {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        scalars = Collections.unmodifiableMap(new LinkedHashMap<>(scalars));
    }

    /**
     * Reads a file that PyTorch wrote ({@code torch.save}, as a zip archive or in the format before 1.6), that Flax
     * wrote ({@code flax.serialization}, MessagePack), or a safetensors file. The content determines the format. The
     * tensors own their memory: the file can change or disappear afterwards.
     *
     * @throws UserException if the file cannot be read, is of another format, damaged, or holds more than data
     */
    public static Checkpoint read(Path file) {
        ForeignContent.refuse(file);
        try {
            byte[] start = start(file);
            if (isSafetensors(start)) {
                SafetensorsFile content = Safetensors.read(file);
                return new Checkpoint(file.toString(), content.tensors(), new LinkedHashMap<>(content.metadata()));
            }
            try (Container container = open(file, start)) {
                Leaves leaves = new Leaves(container.tree());
                long allowance = Container.allowance(Files.size(file));
                Map<String, Tensor> tensors = load(container, leaves.tensors(), allowance);
                return new Checkpoint(file.toString(), tensors, leaves.scalars());
            }
        } catch (RefusedException e) {
            throw new UserException(file + " " + e.getMessage(), e);
        } catch (EOFException | ZipException e) {
            String message =
                    RefusedException.damaged("it ends too early or is damaged").getMessage();
            throw new UserException(file + " " + message, e);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        } catch (OutOfMemoryError e) {
            throw new UserException(
                    "cannot read " + file + ": there is not enough memory for its tensors; free some", e);
        }
    }

    /**
     * One tensor.
     *
     * @throws IllegalArgumentException if there is no tensor at that path
     */
    public Tensor tensor(String path) {
        Tensor tensor = tensors.get(path);
        if (tensor == null) {
            throw new IllegalArgumentException(source + " has no tensor " + path);
        }
        return tensor;
    }

    /** The top-level names that {@link #section} accepts, sorted: {@code ema}, {@code state_dict}, and so on. */
    public Set<String> sections() {
        Set<String> names = new TreeSet<>();
        Stream.concat(tensors.keySet().stream(), scalars.keySet().stream())
                .filter(path -> path.contains(SEPARATOR))
                .forEach(path -> names.add(path.substring(0, path.indexOf(SEPARATOR))));
        return names;
    }

    /**
     * The content below a path, by the rest of its paths. The tensors are the same.
     *
     * @param path such as {@code state_dict} or {@code optimizer/state}
     * @throws UserException if there is nothing below the path
     */
    public Checkpoint section(String path) {
        Map<String, Tensor> ourTensors = below(path, tensors);
        Map<String, Object> ourScalars = below(path, scalars);
        if (ourTensors.isEmpty() && ourScalars.isEmpty()) {
            throw new UserException(source + " has no section called " + path
                    + (sections().isEmpty() ? "; it has no sections at all" : "; choose one of " + sections()));
        }
        return new Checkpoint(source + ", " + path, ourTensors, ourScalars);
    }

    private static <T> Map<String, T> below(String path, Map<String, T> all) {
        String prefix = path + SEPARATOR;
        Map<String, T> result = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                result.put(name.substring(prefix.length()), value);
            }
        });
        return result;
    }

    private static byte[] start(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return ExactBytes.next(channel, START_BYTES).array();
        }
    }

    /**
     * Whether a JSON header follows the 8 bytes of its length. Its first byte can also be that of a number in a file of
     * Flax, but no length of less than 4 GiB is there.
     */
    private static boolean isSafetensors(byte[] start) {
        return start[START_BYTES - 1] == '{' && (ByteBuffer.wrap(start).getInt(Integer.BYTES) == 0 || !isFlax(start));
    }

    /** MessagePack's maps, but for the empty one, which a pickle begins like. */
    private static boolean isFlax(byte[] start) {
        int first = Byte.toUnsignedInt(start[0]);
        return (first > 0x80 && first < 0x90) || first == 0xde || first == 0xdf;
    }

    private static Container open(Path file, byte[] start) throws IOException {
        int first = Byte.toUnsignedInt(start[0]);
        if (first == 'P' && start[1] == 'K') {
            return TorchZip.open(file);
        }
        if (first == 0x80) { // a pickle's PROTO
            return TorchLegacy.open(file);
        }
        if (isFlax(start)) {
            return FlaxFile.open(file);
        }
        throw RefusedException.damaged("it is not a file of PyTorch, safetensors or Flax");
    }

    /** Reads every storage once. Identical stored tensors become one tensor. */
    private static Map<String, Tensor> load(Container container, Map<String, StoredTensor> stored, long allowance)
            throws IOException {
        Map<Storage, Tensor> rows = new HashMap<>();
        Map<StoredTensor, Tensor> views = new HashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        boolean complete = false;
        try {
            for (Map.Entry<String, StoredTensor> entry : stored.entrySet()) {
                StoredTensor tensor = entry.getValue();
                if (tensor.bytes() > allowance) {
                    throw RefusedException.damaged("tensor " + RefusedException.quoted(entry.getKey()) + " of shape "
                            + tensor.shape() + " is too large for a file of this size");
                }
                Tensor row = rows.get(tensor.storage());
                if (row == null) {
                    row = container.read(tensor.storage());
                    rows.put(tensor.storage(), row);
                }
                Tensor view = views.get(tensor);
                if (view == null) {
                    view = tensor.view(row);
                    views.put(tensor, view);
                }
                tensors.put(entry.getKey(), view);
            }
            complete = true;
            return tensors;
        } finally {
            // Views keep the memory of their rows alive.
            rows.values().forEach(Tensor::close);
            if (!complete) {
                views.values().forEach(Tensor::close);
            }
        }
    }
}
