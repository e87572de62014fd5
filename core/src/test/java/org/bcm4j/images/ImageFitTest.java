package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bcm4j.Images;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageFitTest {
    private Scope scope;

    /** 2 rows of 4 pixels. */
    private Tensor wide;

    @BeforeEach
    void open() {
        scope = Scope.open();
        wide = HostTensors.ofBytes(new byte[] {0, 20, 40, 60, 80, 100, 120, (byte) 140}, 1, 2, 4);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void croppingTakesTheMiddle() {
        assertThat(levels(ImageFit.CROP, wide, 2)).containsExactly(20, 40, 100, 120);
        assertThat(levels(ImageFit.CROP, wide.transpose(1, 2), 2)).containsExactly(20, 100, 40, 120);
        assertThat(levels(ImageFit.CROP, wide, 1)).containsExactly(70);
    }

    @Test
    void stretchingTakesMeansAlongOneSideOnly() {
        assertThat(levels(ImageFit.STRETCH, wide, 2)).containsExactly(10, 50, 90, 130);
    }

    @Test
    void paddingKeepsAllBetweenBars() {
        assertThat(levels(ImageFit.PAD, wide, 4))
                .containsExactly(9, 9, 9, 9, 0, 20, 40, 60, 80, 100, 120, 140, 9, 9, 9, 9);
        assertThat(levels(ImageFit.PAD, wide.transpose(1, 2), 2)).containsExactly(50, 9, 90, 9);
    }

    /** Pixels that grow are interpolated between their centres: of 0 and 40, a quarter and three quarters of the way. */
    @Test
    void smallPicturesGrow() {
        Tensor two = HostTensors.ofBytes(new byte[] {0, 40}, 1, 1, 2);
        assertThat(levels(ImageFit.STRETCH, two, 4))
                .containsExactly(0, 10, 30, 40, 0, 10, 30, 40, 0, 10, 30, 40, 0, 10, 30, 40);
    }

    @Test
    void imagesKeepAtLeastOnePixel() {
        Images dots = Images.of(new float[4], 1, 2, 2);
        assertThat(dots.fitted(ImageFit.CROP, 1).width()).isEqualTo(1);
        assertThatThrownBy(() -> dots.fitted(ImageFit.PAD, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the size of images must be at least 1, not 0");
    }

    @Test
    void namesAreListedForPeople() {
        assertThat(ImageFit.names()).isEqualTo("crop, pad or stretch");
    }

    private static long[] levels(ImageFit fit, Tensor picture, int side) {
        Tensor square = fit.square(picture, side, 9);
        assertThat(square.shape()).containsExactly(1, side, side);
        return HostTensors.longs(square);
    }
}
