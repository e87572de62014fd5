package org.bcm4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bcm4j.storage.UserException;

/**
 * A pickled dictionary of images and their classes, as the Python version of CIFAR-10 stores a batch. It is read as
 * data; nothing in it is executed.
 */
public final class PickledImages {
    private static final String DATA = "data";
    private static final String LABELS = "labels";

    private final byte[] values;
    private final int rowBytes;
    private final int[] labels;

    private PickledImages(byte[] values, int rowBytes, int[] labels) {
        this.values = values;
        this.rowBytes = rowBytes;
        this.labels = labels;
    }

    /**
     * Reads the entries {@code data}, a NumPy array uint8 [N,M] as Python 2 pickles it, and {@code labels}, a list of N
     * whole numbers.
     *
     * @param source the name of the pickle in error messages
     * @throws UserException if it is damaged, holds something else, or more than data
     */
    public static PickledImages read(byte[] pickle, String source) {
        try {
            if (!(new Pickle(ByteBuffer.wrap(pickle)).read() instanceof Dictionary entries)) {
                throw RefusedException.damaged("it is no dictionary");
            }
            List<Object> array = state(Optional.ofNullable(entries.entries().get(DATA)));
            byte[] values = bytes(array);
            List<Long> shape = array.get(1) instanceof Sequence lengths ? lengths.numbers() : List.of();
            List<Long> numbers = entries.entries().get(LABELS) instanceof Sequence found ? found.numbers() : List.of();
            boolean fits = shape.size() == 2
                    && shape.get(0) == numbers.size()
                    && shape.get(0) > 0
                    && shape.get(1) > 0
                    && values.length % shape.get(0) == 0
                    && values.length / shape.get(0) == shape.get(1);
            if (!fits) {
                throw RefusedException.damaged("its " + DATA + " and " + LABELS + " do not fit together");
            }
            return new PickledImages(
                    values,
                    values.length / numbers.size(),
                    numbers.stream().mapToInt(PickledImages::label).toArray());
        } catch (RefusedException e) {
            throw new UserException(source + " " + e.getMessage(), e);
        }
    }

    private static int label(long number) {
        if (number != (int) number) {
            throw RefusedException.damaged("an image has the class " + number);
        }
        return (int) number;
    }

    /** The version, shape, type, order and content of an array. */
    private static List<Object> state(Optional<Object> array) {
        return array.filter(ForeignObject.class::isInstance)
                .map(ForeignObject.class::cast)
                .flatMap(ForeignObject::state)
                .filter(Sequence.class::isInstance)
                .map(state -> ((Sequence) state).items())
                .filter(items -> items.size() == 5)
                .orElseThrow(() -> RefusedException.damaged("its entry " + DATA + " is no NumPy array"));
    }

    private static byte[] bytes(List<Object> array) {
        if (!array.get(3).equals(false) || !(array.get(4) instanceof String content)) {
            throw RefusedException.damaged("its array " + DATA + " is not in the form of Python 2");
        }
        return content.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The number of images. */
    public int size() {
        return labels.length;
    }

    /** The class of an image. */
    public int label(int index) {
        return labels[index];
    }

    /** The values of an image. */
    public byte[] image(int index) {
        return Arrays.copyOfRange(values, index * rowBytes, (index + 1) * rowBytes);
    }
}
