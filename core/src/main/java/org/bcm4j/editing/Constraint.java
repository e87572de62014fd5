package org.bcm4j.editing;

import org.bcm4j.walk.NoiseSource;
import org.bytedeco.pytorch.Tensor;

/**
 * What is known of the images that an edit is to give (docs/method.md §7): the known pixels of an inpainting, the luminance of a
 * colourisation, the patch means of a super-resolution. A walk that keeps to it is an edit; see {@link ConstrainedEditor}.
 */
public interface Constraint {
    /** Nothing is known but the range of pixels: edits that begin at an image and are free to leave it. */
    Constraint NONE = new Constraint() {
        @Override
        public Tensor impose(Tensor images) {
            return images;
        }

        @Override
        public Constraint narrow(long first, long count) {
            return this;
        }
    };

    /**
     * Where a walk from time 0 starts, given the images to edit.
     *
     * @param images float32 [B,C,H,W] in [-1,1]; not changed
     * @return float32 [B,C,H,W]; the same unless the constraint tells known from unknown pixels
     */
    default Tensor begin(Tensor images, NoiseSource noise) {
        return images;
    }

    /**
     * The nearest images that agree with what is known.
     *
     * @param images float32 [B,C,H,W] in [-1,1]; not changed
     * @return float32 [B,C,H,W]
     */
    Tensor impose(Tensor images);

    /**
     * The points of an inversion, where what is unknown of the image has no place on the trajectory: replaced by fresh noise.
     *
     * @param points float32 [B,C,H,W] at noise scale {@code time}; not changed
     * @return the points to go on with; the same unless the constraint tells known from unknown pixels
     */
    default Tensor renew(Tensor points, double time, NoiseSource noise) {
        return points;
    }

    /**
     * Refuses images that what is known is not of.
     *
     * @param images float32 [B,C,H,W], of the form of those that the edit is to give
     * @throws IllegalArgumentException if what is known is of another number, size or type of images
     */
    default void requireFit(Tensor images) {}

    /** What is known of images {@code first} to {@code first + count − 1}. */
    Constraint narrow(long first, long count);
}
