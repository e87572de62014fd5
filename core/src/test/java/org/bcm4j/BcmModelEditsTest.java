package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.RandomModels.SIDE;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What requests for edits do, on models of random weights. */
class BcmModelEditsTest extends WithRandomModels {
    @Test
    void interpolatesBetweenTheReconstructionsOfTwoImages() {
        try (BcmModel model = load("grey")) {
            Images images = RandomModels.random(2, 1);
            Images frames = model.interpolate(images.select(0), images.select(1))
                    .frames(5)
                    .labels(0, 1)
                    .run();
            assertThat(frames.count()).isEqualTo(5);
            float[] first = model.reconstruct(images).labels(0, 1).run().values(0);
            // slerp's first is 1·z1 + 0·z2, which rounds
            assertThat(frames.values(0)).usingComparatorWithPrecision(1e-4f).containsExactly(first);
            assertThatThrownBy(() -> model.interpolate(images, images))
                    .hasMessageContaining("from one image to one image");
            assertThatThrownBy(() -> model.interpolate(images.select(0), images.select(1))
                            .walk("0 +0.1 > 80 > 1 > 0 +1 > 0")
                            .run())
                    .isInstanceOf(UserException.class);
        }
    }

    @Test
    void inpaintingKeepsWhatIsKnownBitForBit() {
        try (BcmModel model = load("grey")) {
            Images images = RandomModels.random(2, 1);
            Images filled = model.inpaint(images).box(2, 3, 4, 2).run();
            BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    boolean missing = x >= 2 && x < 6 && y >= 3 && y < 5;
                    mask.getRaster().setSample(x, y, 0, missing ? 200 : 50);
                    for (int i = 0; i < 2; i++) {
                        float before = images.values(i)[y * SIDE + x];
                        float after = filled.values(i)[y * SIDE + x];
                        assertThat(after == before).as("%d: %d, %d", i, x, y).isEqualTo(!missing);
                    }
                }
            }
            assertThat(model.inpaint(images).mask(mask).run().values()).isEqualTo(filled.values());
            BufferedImage layer = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
            for (int x = 2; x < 6; x++) {
                layer.setRGB(x, 3, 0xffffffff);
                layer.setRGB(x, 4, 0xffffffff);
            }
            assertThat(model.inpaint(images).mask(layer).run().values()).isEqualTo(filled.values());
            Images drawn = Images.of(mask);
            assertThat(model.inpaint(images).mask(drawn).run().values()).isEqualTo(filled.values());
            Images second = Images.of(new float[2 * SIDE * SIDE], 1, SIDE, SIDE);
            assertThatThrownBy(() -> model.inpaint(images).mask(second).run())
                    .as("the level 127 is not white")
                    .hasMessageContaining("nothing is missing");
            assertThatThrownBy(() -> model.inpaint(images).run()).hasMessageContaining("nothing is missing");
            assertThatThrownBy(() -> model.inpaint(images).box(5, 0, 4, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("the box of 4 x 1 pixels at (5,0) does not lie within images of 8 x 8");
            assertThatThrownBy(() -> model.inpaint(images).mask(new BufferedImage(3, 3, BufferedImage.TYPE_BYTE_GRAY)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyOtherEditIsThere() {
        models.write("coloured", ModelKind.BIDIRECTIONAL, 3);
        try (BcmModel grey = load("grey");
                BcmModel coloured = load("coloured")) {
            Images images = RandomModels.random(2, 1);
            assertThat(grey.restore(images).run().count()).isEqualTo(2);
            assertThat(grey.fromDrawing(images).label("cat").run().count()).isEqualTo(2);
            assertThat(grey.denoise(images, 0.3).run().count()).isEqualTo(2);
            assertThat(grey.swapClass(images, "dog").label("cat").run().count()).isEqualTo(2);
            assertThatThrownBy(() -> grey.swapClass(images, "dog").run())
                    .hasMessageContaining("the class of the images is missing");
            assertThatThrownBy(() -> grey.colorize(images)).hasMessageContaining("generates grey images");
            assertThatThrownBy(() -> grey.denoise(images, 0.3).steps(3).run()).isInstanceOf(UserException.class);

            Images colours = coloured.colorize(images).steps(3).run();
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                float[] rgb = colours.values(1);
                double luminance = 0.2989 * rgb[pixel] + 0.587 * rgb[64 + pixel] + 0.114 * rgb[128 + pixel];
                // The weights sum to 0.9999.
                assertThat(luminance).isCloseTo(0.9999 * 0.9999 * images.values(1)[pixel], Offset.offset(1e-3));
            }
            Images small =
                    Images.of(new float[] {-1, -0.5f, 0, 0.5f, 1, 0.25f, -0.25f, 0, 0, 0, 0, 0, 1, 1, 1, 1}, 1, 4, 4);
            float[] large = grey.superResolve(small).steps(2).run().values();
            assertThat((large[0] + large[1] + large[SIDE] + large[SIDE + 1]) / 4)
                    .isCloseTo(-1, Offset.offset(1e-5f));
            assertThat(grey.superResolve(Images.of(new float[4], 1, 2, 2))
                            .steps(1)
                            .run()
                            .width())
                    .isEqualTo(SIDE);
            for (Images other : List.of(images, Images.of(new float[1], 1, 1, 1), Images.of(new float[8], 1, 4, 2))) {
                assertThatThrownBy(() -> grey.superResolve(other))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("small images are a half or a quarter of the model's 8 x 8 pixels, not "
                                + other.width() + " x " + other.height());
            }
        }
    }

    @Test
    void aWalkThatWouldIgnoreTheImagesIsRefused() {
        try (BcmModel model = load("grey")) {
            Images images = RandomModels.random(2, 1);
            assertThatThrownBy(() -> model.restore(images).walk("80 > 0").run())
                    .isInstanceOf(UserException.class)
                    .hasMessage("walk \"80 > 0\": this edit needs a walk from 0 to 0, such as \"0 +0.4 > 2 > 0\"");
            assertThatThrownBy(() -> model.denoise(images, 0.3).walk("80 > 0").run())
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "walk \"80 > 0\": this edit needs a walk from 0.3, the noise scale of the images, to 0");
            assertThatThrownBy(() ->
                            model.inpaint(images).box(0, 0, 2, 2).walk("0 > 80").run())
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("this edit needs a walk from 0 or 80 to 0");
            assertThatThrownBy(() -> model.swapClass(images, "dog")
                            .label("cat")
                            .walk("80 > 0")
                            .run())
                    .isInstanceOf(UserException.class);
        }
    }

    /** Images plus noise of the largest scale are still images plus noise. */
    @Test
    void imagesWithMostNoiseAreDenoisedToo() {
        try (BcmModel model = load("grey");
                Scope scope = Scope.open()) {
            Images images = RandomModels.random(2, 1);
            Tensor expected =
                    model.tensors().walk(Walk.parse("80 > 0"), testDevice().move(images.tensor()), 0, Optional.empty());
            assertThat(model.denoise(images, 80)
                            .run()
                            .tensor()
                            .equal(Device.CPU.move(
                                    expected.clamp(new ScalarOptional(scalar(-1.0)), new ScalarOptional(scalar(1.0))))))
                    .isTrue();
        }
    }

    @Test
    void aPlainConsistencyModelFillsHolesAlongTheWalksOfItsKind() {
        models.write("plain", ModelKind.CONSISTENCY, 1);
        try (BcmModel model = load("plain")) {
            Images images = RandomModels.random(2, 1);
            assertThat(model.inpaint(images).box(0, 0, 2, 2).run().values())
                    .isEqualTo(model.inpaint(images)
                            .box(0, 0, 2, 2)
                            .walk(Walk.multistep(18))
                            .run()
                            .values());
            assertThat(model.inpaint(images).box(0, 0, 2, 2).steps(2).run().values())
                    .isEqualTo(model.inpaint(images)
                            .box(0, 0, 2, 2)
                            .walk("80 > 0 +2.52 > 0")
                            .run()
                            .values());
        }
    }
}
