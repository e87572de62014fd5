package org.bcm4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The rows of one uint8 array in an {@code .npz} file, at any index. An array that {@code numpy.savez} wrote is read in
 * place, whatever its size, after its checksum has been verified. One of {@code numpy.savez_compressed} is unpacked into a temporary file first.
 * Thread-safe.
 */
public final class NpzRows implements AutoCloseable {
    private final FileChannel channel;
    private final NpyHeader header;
    private final long start;
    private final int rowBytes;
    private final String where;

    private NpzRows(FileChannel channel, NpyHeader header, long start, int rowBytes, String where) {
        this.channel = channel;
        this.header = header;
        this.start = start;
        this.rowBytes = rowBytes;
        this.where = where;
    }

    /**
     * Opens an array.
     *
     * @param name without {@code .npy}
     * @throws UserException if the file cannot be read, is damaged, holds no such array, or one that is not uint8 in
     *     row-major order, or that has more than 2^31 - 1 rows, or values in a row
     */
    public static NpzRows open(Path file, String name) {
        ForeignContent.refuse(file);
        try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
            ZipArchiveEntry entry = zip.getEntry(name + NpzEntry.SUFFIX);
            if (entry == null) {
                throw new UserException(file + ": holds no array \"" + name + "\"");
            }
            String where = file + ", entry " + entry.getName();
            NpyHeader header;
            try (InputStream in = zip.getInputStream(entry)) {
                header = NpyHeader.read(Channels.newChannel(in), where);
            }
            header.checkSize(entry.getSize(), where);
            if (header.type() != ScalarType.Byte
                    || header.columnMajor()
                    || header.shape().isEmpty()) {
                throw new UserException(where + ": must be uint8 in row-major order, is " + header.described()
                        + (header.columnMajor() ? " in Fortran order" : "") + "; write it again with numpy.savez");
            }
            int rowBytes = rowBytes(header, where);
            try (InputStream in = new ZipContent(zip.getInputStream(entry), entry)) {
                if (entry.getMethod() == ZipEntry.STORED) {
                    in.transferTo(OutputStream.nullOutputStream()); // verifies its checksum
                    long start = entry.getDataOffset() + header.bytes();
                    return new NpzRows(FileChannel.open(file), header, start, rowBytes, where);
                }
                return new NpzRows(TemporaryContent.of(in), header, header.bytes(), rowBytes, where);
            }
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
    }

    /** @param header whose size has been checked, so that no product of its lengths is too large */
    private static int rowBytes(NpyHeader header, String where) {
        List<Long> shape = header.shape();
        long row = shape.stream().skip(1).reduce(1L, Math::multiplyExact);
        if (shape.get(0) > Integer.MAX_VALUE || row > Integer.MAX_VALUE) {
            throw new UserException(where + ": its shape is " + shape + ", but at most " + Integer.MAX_VALUE
                    + " rows are read, and values of a row; write smaller arrays");
        }
        return (int) row;
    }

    /** The shape of the array; the first number is that of its rows. */
    public List<Long> shape() {
        return header.shape();
    }

    /**
     * Reads a row.
     *
     * @param row from 0
     * @return its values in row-major order
     * @throws UserException if the file cannot be read
     */
    public byte[] read(long row) {
        try {
            return ExactBytes.at(channel, start + row * rowBytes, rowBytes).array();
        } catch (IOException e) {
            throw NumpyFiles.unreadable(Path.of(where), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a file that was read cannot be closed", e);
        }
    }
}
