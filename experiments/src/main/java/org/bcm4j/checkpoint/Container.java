package org.bcm4j.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import org.bytedeco.pytorch.Tensor;

/**
 * An open checkpoint file: a tree that describes its content, and the numbers, which are read one storage at a time.
 * Methods throw {@link RefusedException} if the file is not as expected.
 */
sealed interface Container extends Closeable permits TorchZip, TorchLegacy, FlaxFile {
    /**
     * {@link Dictionary} or {@link Sequence}, down to {@link StoredTensor}, String, Long, BigInteger, Double, Boolean
     * and values that {@link Leaves} ignores.
     */
    Object tree() throws IOException;

    /** The numbers of a storage, [elements]. They belong to the caller's {@link org.bcm4j.tensor.Scope}. */
    Tensor read(Storage storage) throws IOException;

    /**
     * The number of bytes of memory that a file can request. Weights hardly compress, so no honest file comes near
     * this. A hostile file could unpack, or view itself, to any size.
     */
    static long allowance(long fileBytes) {
        long always = 1L << 24;
        long expansion = 32;
        return Math.max(always, expansion * fileBytes);
    }
}
