package org.bcm4j.editing;

import java.util.function.UnaryOperator;
import org.bcm4j.walk.NoiseSource;
import org.bytedeco.pytorch.Tensor;

/**
 * What is known of the images that an edit returns (docs/method.md §7): the known pixels of an inpainting, the
 * luminance of a colourisation, the patch means of a super-resolution. {@link ConstrainedEditor} applies it along a
 * walk.
 */
public interface Constraint {
    /** Only the range of pixels is known: for edits that start at an image and can change all of it. */
    Constraint NONE = new Constraint() {
        @Override
        public Tensor impose(Tensor images) {
            return images;
        }

        @Override
        public Constraint map(UnaryOperator<Tensor> change) {
            return this;
        }
    };

    /**
     * The points where a walk from time 0 starts.
     *
     * @param images the images to edit, float32 [B,C,H,W] in [-1,1]; not changed
     * @return float32 [B,C,H,W]; the same images unless the constraint distinguishes known from unknown pixels
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
     * Replaces the unknown part of points of an inversion by fresh noise. The unknown part of an image lies on no
     * trajectory.
     *
     * @param points float32 [B,C,H,W] at noise scale {@code time}; not changed
     * @return the points for the next move; the same points unless the constraint distinguishes known from unknown
     *     pixels
     */
    default Tensor renew(Tensor points, double time, NoiseSource noise) {
        return points;
    }

    /**
     * Checks that this constraint fits the images of an edit.
     *
     * @param images float32 [B,C,H,W], of the shape of the edit's results
     * @throws IllegalArgumentException if the number, size or type of the images differs from the constraint's
     */
    default void requireFit(Tensor images) {}

    /**
     * This constraint with other tensors.
     *
     * @param change maps each tensor, whose first dimension counts the images, to the one in its place
     */
    Constraint map(UnaryOperator<Tensor> change);

    /** The constraint on images {@code first} to {@code first + count − 1}. */
    default Constraint narrow(long first, long count) {
        return map(tensor -> tensor.narrow(0, first, count));
    }
}
