package org.bcm4j.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An {@code .npy} file mapped into memory. The operating system reads its parts on access and keeps those that fit in
 * memory. An array in Fortran order is read into memory as a whole.
 *
 * @param parts the values in row-major order, in the buffers' byte order; each buffer holds whole rows, the entries of
 *     the first dimension
 */
record MappedArray(NpyHeader header, List<ByteBuffer> parts) {
    /** The largest part. A buffer holds less than 2 GiB. */
    private static final long PART_BYTES = 1 << 30;

    /** @throws UserException if the file cannot be read or is damaged */
    static MappedArray of(Path file) {
        ForeignContent.refuse(file);
        try (FileChannel channel = FileChannel.open(file)) {
            NpyHeader header = NpyHeader.read(channel, file.toString());
            long size = channel.size();
            header.checkSize(size, file.toString());
            if (header.columnMajor() && header.shape().size() > 1) {
                return new MappedArray(header, List.of(inMemory(header, channel)));
            }
            return new MappedArray(header, mapped(header, channel, size - header.bytes(), file));
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
    }

    private static List<ByteBuffer> mapped(NpyHeader header, FileChannel channel, long bytes, Path file)
            throws IOException {
        long rows = header.shape().isEmpty() ? 1 : header.shape().get(0);
        long row = bytes / Math.max(1, rows);
        if (row > Integer.MAX_VALUE) {
            throw new UserException(file + ": one entry holds " + row + " bytes, more than the limit of "
                    + Integer.MAX_VALUE + "; pack smaller images");
        }
        long part = row * Math.max(1, PART_BYTES / Math.max(1, row));
        ByteOrder order = header.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        List<ByteBuffer> parts = new ArrayList<>();
        for (long at = 0; at < bytes; at += part) {
            long length = Math.min(part, bytes - at);
            parts.add(
                    channel.map(MapMode.READ_ONLY, header.bytes() + at, length).order(order));
        }
        return parts;
    }

    private static ByteBuffer inMemory(NpyHeader header, FileChannel channel) throws IOException {
        try (Scope scope = Scope.open()) {
            byte[] values = HostTensors.bytes(header.values(channel).flatten().view(ScalarType.Byte));
            return ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
