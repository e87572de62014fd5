package org.bcm4j.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.ZipException;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;

/**
 * A file in the IDX format of the MNIST family, plain or gzipped: two zero bytes, the element type (8 for uint8), the
 * number of dimensions, each dimension (int32, big-endian), and the values in row-major order.
 */
final class IdxFile {
    private static final int UNSIGNED_BYTE = 0x08;

    private final int[] shape;
    private final byte[] values;

    private IdxFile(int[] shape, byte[] values) {
        this.shape = shape;
        this.values = values;
    }

    /** @throws UserException unless the file exists and holds exactly the uint8 values that its header declares */
    static IdxFile read(Path file, int dimensions) {
        ForeignContent.refuse(file);
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                DataInputStream in = new DataInputStream(GzippedContent.unpacked(raw))) {
            int magic = in.readInt();
            int expected = UNSIGNED_BYTE << 8 | dimensions;
            if (magic != expected) {
                throw broken(file, String.format(Locale.ROOT, "it begins with %08x instead of %08x", magic, expected));
            }
            int[] shape = new int[dimensions];
            long size = 1;
            for (int i = 0; i < dimensions; i++) {
                shape[i] = in.readInt();
                size = shape[i] < 0 ? Long.MAX_VALUE : Math.multiplyExact(size, shape[i]);
            }
            if (size > Integer.MAX_VALUE) {
                throw broken(file, "it announces " + Arrays.toString(shape) + " values");
            }
            // Grows as bytes arrive, so that a false header costs no memory.
            byte[] values = in.readNBytes((int) size);
            if (values.length < size || in.read() >= 0) {
                throw broken(file, "it does not hold the " + size + " values that it announces");
            }
            return new IdxFile(shape, values);
        } catch (EOFException | ZipException | ArithmeticException e) {
            throw broken(file, "it ends too early or its compression is damaged");
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    int dimension(int index) {
        return shape[index];
    }

    byte[] values() {
        return values;
    }

    private static UserException broken(Path file, String problem) {
        return new UserException(file + " is not a valid IDX file: " + problem + "; fetch it again");
    }
}
