package org.bcm4j.editing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EditTest {
    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(3, testDevice());
    private final Tensor images = generator.normal(4, 3, 8, 8).mul(scalar(0.3));
    private final Tensor missing = generator.normal(4, 1, 8, 8).lt(scalar(0.0));

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    @Test
    void aHoleIsGreyAndTheOtherPixelsAreKept() {
        Edit edit = Edit.inpainting(images, missing);
        Tensor lost = missing.expand_as(images);
        assertThat(edit.start().masked_select(lost).abs().max().item_double()).isZero();
        assertThat(edit.start().masked_select(lost.logical_not()).equal(images.masked_select(lost.logical_not())))
                .isTrue();
        assertAgrees(edit);
    }

    @Test
    void coloursStartFromTheLuminanceAlone() {
        Edit edit = Edit.colorization(images);
        Tensor luminance = images.select(1, 0)
                .mul(scalar(0.2989))
                .add(images.select(1, 1).mul(scalar(0.587)))
                .add(images.select(1, 2).mul(scalar(0.114)));
        for (int channel = 0; channel < 3; channel++) {
            assertThat(distance(edit.start().select(1, channel), luminance)).isLessThan(1e-6);
        }
        assertAgrees(edit);
    }

    @Test
    void patchesStartEvenAndKeepTheirMeans() {
        for (int factor : KnownPatchMeans.FACTORS) {
            Tensor small = torch.avg_pool2d(images, factor, factor);
            Edit edit = Edit.superResolution(small, factor);
            assertThat(edit.start().shape()).containsExactly(4, 3, 8, 8);
            assertThat(edit.start()
                            .narrow(2, 0, factor)
                            .narrow(3, 0, factor)
                            .std()
                            .item_double())
                    .isGreaterThan(0);
            assertThat(distance(edit.start().select(3, 0), edit.start().select(3, factor - 1)))
                    .isZero();
            assertAgrees(edit);
        }
    }

    /** What an edit starts from agrees with what it knows, and fits it. */
    private static void assertAgrees(Edit edit) {
        edit.known().requireFit(edit.start());
        assertThat(distance(edit.known().impose(edit.start()), edit.start())).isLessThan(1e-6);
        Edit here = edit.on(testDevice());
        assertThat(here.start().equal(edit.start())).isTrue();
        assertThat(distance(here.known().impose(edit.start()), edit.start())).isLessThan(1e-6);
    }

    @Test
    void aWalkLeadsFromTheStartOfTheEditToImages() {
        Walk fromImages = Walk.parse("0 +0.3 > 0");
        Walk fromNoise = Walk.parse("80 > 0");
        Walk straight = Walk.parse("0.5 > 0");
        for (Edit edit :
                List.of(Edit.inpainting(images, missing), Edit.colorization(images), Edit.superResolution(images, 2))) {
            edit.requireWalk(fromImages);
            edit.requireWalk(fromNoise);
            refused(
                    edit,
                    straight,
                    "\"0.5 > 0\": this edit needs a walk from 0 or 80 to 0, such as \"0 +0.4 > 2 > 0\"");
            refused(edit, Walk.parse("0 > 80"), "\"0 > 80\": this edit needs a walk from 0 or 80 to 0");
        }
        Edit.free(images).requireWalk(fromImages);
        refused(Edit.free(images), fromNoise, "\"80 > 0\": this edit needs a walk from 0 to 0");
        Edit.denoising(images, 0.5).requireWalk(straight);
        refused(
                Edit.denoising(images, 0.5),
                fromNoise,
                "\"80 > 0\": this edit needs a walk from 0.5, the noise scale of the images, to 0");
    }

    private static void refused(Edit edit, Walk walk, String message) {
        assertThatThrownBy(() -> edit.requireWalk(walk))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("walk " + message);
    }

    private static double distance(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double();
    }
}
