package org.bcm4j.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import org.bytedeco.pytorch.Tensor;

/**
 * An open checkpoint file: a tree that tells what is in it, and the numbers, to be read one storage at a time. Methods
 * throw {@link RefusedException} where the file is not as it should be.
 */
sealed interface Container extends Closeable permits TorchZip, TorchLegacy, FlaxFile {
    /**
     * {@link Dictionary} or {@link Sequence}, down to {@link StoredTensor}, String, Long, BigInteger, Double, Boolean
     * and what {@link Leaves} ignores.
     */
    Object tree() throws IOException;

    /** The numbers of a storage, [elements]; they belong to the caller's {@link org.bcm4j.tensor.Scope}. */
    Tensor read(Storage storage) throws IOException;

    /**
     * How many bytes of memory a file may ask for. Weights hardly compress, so no honest file comes near; a hostile one
     * would unpack to, or view itself as, any size.
     */
    static long allowance(long fileBytes) {
        long always = 1L << 24;
        long expansion = 32;
        return Math.max(always, expansion * fileBytes);
    }
}
