package org.bcm4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * NumPy's files: one array ({@code .npy}) or several by name ({@code .npz}), of uint8, int32, int64, float32 or
 * float64. They are read in any byte order and any order of dimensions, and written little-endian in row-major order.
 * Pickled objects are never read. Tensors are created on the CPU, own their memory and belong to the caller's
 * {@link org.bcm4j.tensor.Scope}.
 */
public final class NumpyFiles {
    /** How an archive begins. */
    private static final byte[] ZIP = {'P', 'K'};

    /** The earliest time that a zip entry can have, for files that depend only on their content. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private NumpyFiles() {}

    /**
     * Reads a {@code .npy} file.
     *
     * @throws UserException if the file cannot be read, is damaged, or holds another kind of array
     */
    public static Tensor readNpy(Path file) {
        ForeignContent.refuse(file);
        try (FileChannel channel = FileChannel.open(file)) {
            return readArray(channel, channel.size(), file.toString());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads all arrays of a {@code .npz} file, in the file's order, by name without {@code .npy}.
     *
     * @throws UserException if the file cannot be read, is damaged, or holds another kind of array
     */
    public static Map<String, Tensor> readNpz(Path file) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        boolean complete = false;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (names(zip).isEmpty()) {
                throw NpyHeader.broken(
                        file.toString(),
                        "it holds no arrays, only "
                                + zip.stream().map(ZipEntry::getName).toList());
            }
            for (Iterator<? extends ZipEntry> entries = zip.entries().asIterator(); entries.hasNext(); ) {
                ZipEntry next = entries.next();
                if (!isArray(next)) {
                    continue;
                }
                try (NpzEntry entry = NpzEntry.open(file, zip, next)) {
                    Tensor array = readArray(entry.channel(), entry.size(), entry.where());
                    if (arrays.putIfAbsent(entry.name(), array) != null) {
                        array.close();
                        throw NpyHeader.broken(entry.where(), "it occurs twice");
                    }
                }
            }
            complete = true;
            return Collections.unmodifiableMap(arrays);
        } catch (IOException e) {
            throw unreadable(file, e);
        } finally {
            if (!complete) {
                arrays.values().forEach(Tensor::close);
            }
        }
    }

    /**
     * Reads one array of a {@code .npz} file and ignores the others.
     *
     * @param name without {@code .npy}
     * @throws UserException in the same cases as {@link #readNpz(Path)}, or if there is no such array
     */
    public static Tensor readNpz(Path file, String name) {
        return NpzArray.of(file, name).values();
    }

    /**
     * The names of the arrays in a {@code .npz} file, without {@code .npy}.
     *
     * @throws UserException if the file cannot be read
     */
    public static Set<String> names(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return names(zip);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Set<String> names(ZipFile zip) {
        return zip.stream()
                .filter(NumpyFiles::isArray)
                .map(entry -> entry.getName().substring(0, entry.getName().length() - NpzEntry.SUFFIX.length()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** NumPy ignores other entries. Archivers on a Mac add entries of their own. */
    private static boolean isArray(ZipEntry entry) {
        return entry.getName().endsWith(NpzEntry.SUFFIX) && !entry.getName().startsWith("__MACOSX/");
    }

    /**
     * Writes a {@code .npy} file atomically.
     *
     * @throws UserException if the file cannot be written
     * @throws IllegalArgumentException if the tensor is of a type that is not listed above
     */
    public static void writeNpy(Path file, Tensor array) {
        byte[] header = NpyHeader.of(array).encoded();
        AtomicFile.write(file, out -> {
            out.write(header);
            HostTensors.write(Channels.newChannel(out), array);
        });
    }

    /**
     * Writes a {@code .npy} file of whole numbers, int64 [N], atomically and without a tensor.
     *
     * @throws UserException if the file cannot be written
     */
    public static void writeNpy(Path file, long[] values) {
        byte[] header = new NpyHeader(ScalarType.Long, List.of((long) values.length), false, false, 0).encoded();
        ByteBuffer content = ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        content.asLongBuffer().put(values);
        AtomicFile.write(file, out -> {
            out.write(header);
            out.write(content.array());
        });
    }

    /**
     * The bytes that begin a {@code .npy} file of uint8 in row-major order, for files that are written piece by piece.
     * Those of arrays whose numbers have up to 10 digits all have the same length.
     *
     * @param shape of the array
     */
    public static byte[] headerOfBytes(long... shape) {
        return new NpyHeader(ScalarType.Byte, LongStream.of(shape).boxed().toList(), false, false, 0).encoded();
    }

    /**
     * Writes a compressed {@code .npz} file atomically, with the arrays in the map's order. The same content always
     * gives the same bytes.
     *
     * @param arrays by name without {@code .npy}
     * @throws UserException if the file cannot be written
     * @throws IllegalArgumentException if a tensor is of a type that is not listed above
     */
    public static void writeNpz(Path file, Map<String, Tensor> arrays) {
        AtomicFile.write(file, out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.setLevel(Deflater.BEST_SPEED);
            WritableByteChannel channel = Channels.newChannel(zip);
            for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey() + NpzEntry.SUFFIX);
                entry.setTimeLocal(NO_TIME);
                zip.putNextEntry(entry);
                zip.write(NpyHeader.of(array.getValue()).encoded());
                HostTensors.write(channel, array.getValue());
                zip.closeEntry();
            }
            zip.finish();
        });
    }

    private static Tensor readArray(ReadableByteChannel channel, long size, String where) throws IOException {
        NpyHeader header = NpyHeader.read(channel, where);
        header.checkSize(size, where);
        return inMemory(where, () -> header.values(channel));
    }

    /** Reads an array. */
    interface Reading {
        Tensor run() throws IOException;
    }

    static Tensor inMemory(String where, Reading reading) throws IOException {
        try {
            return reading.run();
        } catch (OutOfMemoryError e) {
            throw new UserException("cannot read " + where + ": there is not enough memory for it; free some", e);
        }
    }

    static UserException unreadable(Path file, IOException e) {
        return ForeignContent.of(file)
                .map(foreign -> new UserException(file + foreign.advice(), e))
                .orElseGet(() -> {
                    if (e instanceof EOFException) {
                        return NpyHeader.broken(file.toString(), "it ends too early");
                    }
                    return e instanceof ZipException && !isArchive(file)
                            ? new UserException(file + ": is not a .npz file; name one", e)
                            : FileFailure.reading(file, e);
                });
    }

    /**
     * Whether a file begins as a zip archive does, such as a {@code .npz} file.
     *
     * @throws UserException if it cannot be read
     */
    public static boolean isArchive(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
