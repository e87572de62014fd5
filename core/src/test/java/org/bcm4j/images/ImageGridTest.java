package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageGridTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void laysOutRowByRowWithGaps() {
        Tensor images = HostTensors.ofBytes(new byte[] {1, 2, 3, 4, 5, 6}, 3, 1, 1, 2);
        Tensor grid = ImageGrid.ofColumns(2).withGap(1).withBackground(9).draw(images);

        assertThat(grid.shape()).containsExactly(1, 5, 7);
        assertThat(HostTensors.longs(grid))
                .containsExactly(
                        9, 9, 9, 9, 9, 9, 9, //
                        9, 1, 2, 9, 3, 4, 9, //
                        9, 9, 9, 9, 9, 9, 9, //
                        9, 5, 6, 9, 9, 9, 9, //
                        9, 9, 9, 9, 9, 9, 9);
    }

    @Test
    void magnifiesEachChannel() {
        Tensor images = HostTensors.ofBytes(new byte[] {1, 2, 3, 4, 5, 6}, 1, 3, 2, 1);
        Tensor grid = ImageGrid.ofColumns(8).withGap(0).withMagnification(2).draw(images);

        assertThat(grid.shape()).containsExactly(3, 4, 2);
        assertThat(HostTensors.longs(grid))
                .containsExactly(
                        1, 1, 1, 1, 2, 2, 2, 2, //
                        3, 3, 3, 3, 4, 4, 4, 4, //
                        5, 5, 5, 5, 6, 6, 6, 6);
    }

    @Test
    void takesSignals() {
        Tensor images = HostTensors.ofFloats(new float[] {-1, 1}, 2, 1, 1, 1);
        assertThat(HostTensors.longs(ImageGrid.ofColumns(2).withGap(0).draw(images)))
                .containsExactly(0, 255);
    }

    @Test
    void refusesWhatCanNotBeDrawn() {
        assertThatThrownBy(() -> ImageGrid.ofColumns(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageGrid.ofColumns(1).withBackground(256))
                .isInstanceOf(IllegalArgumentException.class);
        Tensor single = HostTensors.ofBytes(new byte[4], 1, 2, 2);
        assertThatThrownBy(() -> ImageGrid.ofColumns(1).draw(single)).isInstanceOf(IllegalArgumentException.class);
    }
}
