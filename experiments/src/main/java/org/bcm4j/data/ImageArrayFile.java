package org.bcm4j.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.TensorForm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The array {@code images}, uint8 [N,C,H,W], of a file such as {@code bcm sample} writes. It is read on demand.
 *
 * @param array the array in an {@code .npz} file
 */
record ImageArrayFile(NpzArray array) implements ImageSet {
    private static final String NAME = "images";

    /** @throws UserException if the file holds no such array */
    static ImageArrayFile of(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
            throw new UserException(file + ": is neither a folder of pictures nor an .npz file of images");
        }
        NpzArray array = NpzArray.of(file, NAME);
        List<Long> shape = array.header().shape();
        if (shape.size() != 4
                || array.header().type() != torch.ScalarType.Byte
                || shape.get(0) == 0
                || (shape.get(1) != 1 && shape.get(1) != 3)) {
            throw new UserException(file + ": its array \"" + NAME + "\" is "
                    + new TensorForm(array.header().type(), shape) + ", but images must be uint8 [N,C,H,W] with C 1"
                    + " or 3");
        }
        return new ImageArrayFile(array);
    }

    @Override
    public long count() {
        return array.header().shape().get(0);
    }

    @Override
    public void forEachBatch(int size, Consumer<Tensor> receiver) {
        array.forEachRows(size, receiver);
    }
}
