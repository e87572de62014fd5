package org.bcm4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * One array of an {@code .npz} file. It can be larger than memory: its rows are read in order, a few at a time.
 *
 * @param name the array's name without {@code .npy}
 * @param header its type and shape
 */
record NpzArray(Path file, String name, NpyHeader header) {
    /**
     * Finds the array and reads its header.
     *
     * @throws UserException if the file cannot be read or is damaged, or holds no such array
     */
    static NpzArray of(Path file, String name) {
        try (ZipFile zip = new ZipFile(file.toFile());
                NpzEntry entry = open(zip, file, name)) {
            NpyHeader header = NpyHeader.read(entry.channel(), entry.where());
            header.checkSize(entry.size(), entry.where());
            return new NpzArray(file, name, header);
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
    }

    /**
     * Passes all rows, the parts along the first dimension, to the receiver. They are read a few at a time, except in
     * Fortran order, where every row is spread over the whole array.
     *
     * @param count the largest number of rows at a time, at least 1
     * @param receiver takes [count, …]; each tensor belongs to its own scope
     * @throws UserException if the file cannot be read to its end, or its checksum is wrong
     */
    void forEachRows(int count, Consumer<Tensor> receiver) {
        long[] shape = header.dimensions();
        long rows = shape[0];
        try (ZipFile zip = new ZipFile(file.toFile());
                NpzEntry entry = open(zip, file, name)) {
            NpyHeader.read(entry.channel(), entry.where());
            if (header.columnMajor()) {
                forEachRows(entry, count, receiver);
                return;
            }
            for (long done = 0; done < rows; done += count) {
                shape[0] = Math.min(count, rows - done);
                try (Scope scope = Scope.open()) {
                    receiver.accept(header.values(entry.channel(), shape));
                }
            }
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
    }

    private void forEachRows(NpzEntry entry, int count, Consumer<Tensor> receiver) throws IOException {
        try (Tensor all = header.values(entry.channel())) {
            for (long done = 0; done < all.size(0); done += count) {
                try (Scope scope = Scope.open()) {
                    receiver.accept(all.narrow(0, done, Math.min(count, all.size(0) - done)));
                }
            }
        }
    }

    /** Reads the whole array. */
    Tensor values() {
        try (ZipFile zip = new ZipFile(file.toFile());
                NpzEntry entry = open(zip, file, name)) {
            NpyHeader.read(entry.channel(), entry.where());
            Tensor values = NumpyFiles.inMemory(entry.where(), () -> header.values(entry.channel()));
            return values;
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
    }

    private static NpzEntry open(ZipFile zip, Path file, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name + NpzEntry.SUFFIX);
        if (entry == null) {
            String others = zip.stream().map(ZipEntry::getName).collect(Collectors.joining(", "));
            throw new UserException(file + ": holds no array \"" + name + "\", only [" + others + "]");
        }
        return NpzEntry.open(file, zip, entry);
    }
}
