package org.bcm4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The rows of one uint8 array in an {@code .npz} file, at any index. An array that {@code numpy.savez} wrote is read in
 * place, whatever its size. One of {@code numpy.savez_compressed} is unpacked into a temporary file first.
 * Thread-safe.
 */
public final class NpzRows implements AutoCloseable {
    private final FileChannel channel;
    private final NpyHeader header;
    private final long start;
    private final int rowBytes;
    private final String where;

    private NpzRows(FileChannel channel, NpyHeader header, long start, String where) {
        this.channel = channel;
        this.header = header;
        this.start = start;
        this.where = where;
        long row = 1;
        for (long length : header.shape().subList(1, header.shape().size())) {
            row = Math.multiplyExact(row, length);
        }
        this.rowBytes = Math.toIntExact(row);
    }

    /**
     * Opens an array.
     *
     * @param name without {@code .npy}
     * @throws UserException if the file cannot be read, is damaged, holds no such array, or one that is not uint8 in
     *     row-major order
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
            if (entry.getMethod() == ZipEntry.STORED) {
                return new NpzRows(FileChannel.open(file), header, entry.getDataOffset() + header.bytes(), where);
            }
            try (InputStream in = zip.getInputStream(entry)) {
                return new NpzRows(TemporaryContent.of(in), header, header.bytes(), where);
            }
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
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
        ByteBuffer values = ByteBuffer.allocate(rowBytes);
        long from = start + row * rowBytes;
        try {
            while (values.hasRemaining()) {
                if (channel.read(values, from + values.position()) < 0) {
                    throw new EOFException();
                }
            }
        } catch (IOException e) {
            throw NumpyFiles.unreadable(Path.of(where), e);
        }
        return values.array();
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
