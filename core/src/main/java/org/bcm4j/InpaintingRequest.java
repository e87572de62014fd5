package org.bcm4j;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.bcm4j.editing.Edit;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Fills the missing parts of images: {@link BcmModel#inpaint}. Takes 4 evaluations by default, and 18 with a plain
 * consistency model.
 */
public final class InpaintingRequest extends ImageRequest<InpaintingRequest> {
    private final Images images;

    /** 1 where a pixel is missing, otherwise 0, [N*H*W]. */
    private final byte[] missing;

    InpaintingRequest(BcmModel model, Images images) {
        super(model);
        this.images = images;
        this.missing = new byte[images.count() * images.height() * images.width()];
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
        try (Scope scope = Scope.open()) {
            return mark(mask.white());
        }
    }

    /**
     * Marks the white parts of a mask as missing in every image, as {@link #mask(Images)} does. Transparent pixels are
     * not missing, whatever their colour.
     */
    public InpaintingRequest mask(BufferedImage mask) {
        try (Scope scope = Scope.open()) {
            return mark(ImageFiles.of(mask).white().unsqueeze(0));
        }
    }

    /** @param white bool [N or 1,1,H,W] */
    private InpaintingRequest mark(Tensor white) {
        boolean fits = white.size(2) == images.height() && white.size(3) == images.width();
        if (!fits || (white.size(0) != 1 && white.size(0) != images.count())) {
            throw new IllegalArgumentException("a mask must have the images' size, " + images.height() + " x "
                    + images.width() + " pixels, and be one for all or one for each of " + images.count() + ", not "
                    + white.size(0) + " of " + white.size(2) + " x " + white.size(3));
        }
        byte[] marks = HostTensors.bytes(white);
        for (int i = 0; i < missing.length; i++) {
            missing[i] |= marks[i % marks.length];
        }
        return this;
    }

    /**
     * Marks a rectangle of every image as missing.
     *
     * @param left column of its left edge, from 0
     * @param top row of its upper edge, from 0
     * @param width at least 1
     * @param height at least 1
     * @throws IndexOutOfBoundsException if it does not lie within the images
     */
    public InpaintingRequest box(int left, int top, int width, int height) {
        boolean inside = left >= 0 && width >= 1 && width <= images.width() - left;
        if (!inside || top < 0 || height < 1 || height > images.height() - top) {
            throw new IndexOutOfBoundsException("the box of " + width + " x " + height + " pixels at (" + left + ","
                    + top + ") does not lie within images of " + images.width() + " x " + images.height());
        }
        for (int row = 0; row < images.count() * images.height(); row++) {
            int y = row % images.height();
            if (y >= top && y < top + height) {
                int start = row * images.width() + left;
                Arrays.fill(missing, start, start + width, (byte) 1);
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
        Walk walk = model().givenWalk(this).orElseGet(() -> model().walks().inpainting(givenSteps()));
        try (Scope scope = Scope.open()) {
            Tensor hole = HostTensors.ofBytes(missing, images.count(), 1, images.height(), images.width())
                    .to(ScalarType.Bool);
            if (!hole.any().item_bool()) {
                throw new IllegalArgumentException("nothing is missing; mark what to fill with mask or box");
            }
            return edited(walk, Edit.inpainting(images.tensor(), hole));
        }
    }
}
