package org.bcm4j;

import static org.bcm4j.tensor.Ops.scalar;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Objects;
import org.bcm4j.editing.KnownPixels;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Fills the missing parts of images: {@link BcmModel#inpaint}. Takes 4 evaluations by default. */
public final class InpaintingRequest extends ImageRequest<InpaintingRequest> {
    private static final int DEFAULT_STEPS = 4;

    private final Images images;
    private final boolean[] missing;

    InpaintingRequest(BcmModel model, Images images) {
        super(model);
        this.images = images;
        this.missing = new boolean[images.count() * images.height() * images.width()];
    }

    @Override
    InpaintingRequest self() {
        return this;
    }

    /**
     * Marks the white parts of a mask as missing. Masks and boxes accumulate.
     *
     * @param mask of the images' height and width; one mask for all images, or one for each
     * @throws IllegalArgumentException if its size or count is wrong
     */
    public InpaintingRequest mask(Images mask) {
        boolean fits = mask.height() == images.height() && mask.width() == images.width();
        if (!fits || (mask.count() != 1 && mask.count() != images.count())) {
            throw new IllegalArgumentException("a mask has the images' size, " + images.height() + " x "
                    + images.width() + ", one for all or one for each, not " + mask);
        }
        boolean[] white = mask.whites();
        for (int i = 0; i < missing.length; i++) {
            missing[i] |= white[i % white.length];
        }
        return this;
    }

    /**
     * Marks the white parts of a mask as missing in every image, as {@link #mask(Images)} does. Transparent pixels are
     * not missing, whatever their colour.
     */
    public InpaintingRequest mask(BufferedImage mask) {
        try (Scope scope = Scope.open()) {
            ImageFiles.Picture painted = ImageFiles.of(mask);
            Tensor white = painted.pixels();
            Tensor levels = painted.opacity()
                    .map(opacity -> torch.minimum(white, opacity.expand_as(white)))
                    .orElse(white);
            return mask(Images.ofTensor(Pixels.toSignal(levels.unsqueeze(0))));
        }
    }

    /**
     * Marks a rectangle of every image as missing.
     *
     * @param left column of its left edge, from 0
     * @param top row of its upper edge, from 0
     * @throws IndexOutOfBoundsException if it does not lie within the images
     */
    public InpaintingRequest box(int left, int top, int width, int height) {
        Objects.checkFromIndexSize(left, width, images.width());
        Objects.checkFromIndexSize(top, height, images.height());
        for (int row = 0; row < images.count() * images.height(); row++) {
            int y = row % images.height();
            if (y >= top && y < top + height) {
                int start = row * images.width() + left;
                Arrays.fill(missing, start, start + width, true);
            }
        }
        return this;
    }

    /**
     * Fills the images. Known pixels keep their values.
     *
     * @throws org.bcm4j.storage.UserException if the model cannot follow the walk, or has no walk with the given number
     *     of steps
     * @throws IllegalArgumentException if images or labels do not fit the model, or nothing is marked as missing
     * @throws IllegalStateException if the model is closed
     * @throws java.util.concurrent.CancellationException if the request was cancelled
     */
    public Images run() {
        Walk walk = model().givenWalk(this)
                .orElseGet(() -> model().inpaintingWalk(givenSteps().orElse(DEFAULT_STEPS)));
        try (Scope scope = Scope.open()) {
            Device device = model().trained().device();
            Tensor given = model().points(images);
            Tensor hole = device.move(hole());
            if (!hole.any().item_bool()) {
                throw new IllegalArgumentException("nothing is missing; mark what to fill with mask or box");
            }
            return Images.ofTensor(tensors((long) images.count() * walk.nfe())
                    .edit(
                            walk,
                            given.masked_fill(hole, scalar(0.0)),
                            new KnownPixels(given, hole),
                            seedValue(),
                            labelsOf(images.count())));
        }
    }

    /** bool [N,1,H,W]. */
    private Tensor hole() {
        byte[] bytes = new byte[missing.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (missing[i] ? 1 : 0);
        }
        return HostTensors.ofBytes(bytes, images.count(), 1, images.height(), images.width())
                .to(ScalarType.Bool);
    }
}
