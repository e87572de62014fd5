package org.bcm4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;

class PickledImagesTest {
    /** Two rows of three values, which count up past 127, of the classes 4 and 2. */
    private static PickleBytes batch(int rows, int type) {
        return batch(rows, type, 2);
    }

    private static PickleBytes batch(int rows, int type, long secondLabel) {
        PickleBytes pickle = new PickleBytes()
                .codes('}', '(')
                .text("labels")
                .codes(']', '(')
                .number(4)
                .number(secondLabel)
                .codes('e')
                .text("data")
                .global("numpy.core.multiarray", "_reconstruct")
                .codes('(')
                .global("numpy", "ndarray")
                .tuple(0)
                .text("b")
                .codes('t', 'R', '(')
                .number(1)
                .tuple(rows, 3)
                .global("numpy", "dtype")
                .codes('(')
                .text("u1")
                .codes('t', 'R', 0x89, type)
                .littleEndian(6, Integer.BYTES);
        for (int i = 0; i < 6; i++) {
            pickle.codes(124 + i);
        }
        return pickle.codes('t', 'b', 'u');
    }

    @Test
    void imagesAndLabelsAreThoseOfThePickle() {
        PickledImages images = PickledImages.read(batch(2, 'T').end(), "batch");

        assertThat(images.size()).isEqualTo(2);
        assertThat(images.label(0)).isEqualTo(4);
        assertThat(images.label(1)).isEqualTo(2);
        assertThat(images.image(0)).containsExactly(124, 125, 126);
        assertThat(images.image(1)).containsExactly(127, 128, 129);
    }

    @Test
    void whatDoesNotFitOrIsNoArrayIsRefused() {
        assertThatThrownBy(() -> PickledImages.read(batch(3, 'T').end(), "batch"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("batch is not a valid checkpoint: its data and labels do not fit together");
        assertThatThrownBy(() -> PickledImages.read(batch(2, 'B').end(), "batch"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("not in the form of Python 2");
        assertThatThrownBy(() -> PickledImages.read(batch(2, 'T', 1L << 40).end(), "batch"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("an image has the class 1099511627776");
        byte[] noArray = new PickleBytes()
                .codes('}', '(')
                .text("data")
                .number(1)
                .codes('u')
                .end();
        assertThatThrownBy(() -> PickledImages.read(noArray, "batch"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("its entry data is no NumPy array");
    }
}
