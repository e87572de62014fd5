package org.bcm4j.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An {@code .npy} file mapped into memory. The operating system reads its parts on access and keeps those that fit in
 * memory. An array in Fortran order is read into memory as a whole.
 *
 * @param values in row-major order, in the buffer's byte order
 */
record MappedArray(NpyHeader header, ByteBuffer values) {
    /** @throws UserException if the file cannot be read, is damaged, or is too large for one mapping */
    static MappedArray of(Path file) {
        ForeignContent.refuse(file);
        try (FileChannel channel = FileChannel.open(file)) {
            NpyHeader header = NpyHeader.read(channel, file.toString());
            long size = channel.size();
            header.checkSize(size, file.toString());
            long length = size - header.bytes();
            if (length > Integer.MAX_VALUE) {
                throw new UserException(file + ": holds " + length + " bytes, more than the limit"
                        + " of " + Integer.MAX_VALUE
                        + "; pack fewer or smaller images");
            }
            if (header.columnMajor() && header.shape().size() > 1) {
                return inMemory(header, channel);
            }
            ByteBuffer values = channel.map(MapMode.READ_ONLY, header.bytes(), length);
            return new MappedArray(
                    header, values.order(header.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw NumpyFiles.unreadable(file, e);
        }
    }

    private static MappedArray inMemory(NpyHeader header, FileChannel channel) throws IOException {
        try (Scope scope = Scope.open()) {
            byte[] values = HostTensors.bytes(header.values(channel).flatten().view(ScalarType.Byte));
            return new MappedArray(header, ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN));
        }
    }
}
