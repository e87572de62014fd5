package org.bcm4j.editing;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.model.NoiseScales;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.walk.NoiseScale;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An edit of images (docs/method.md §7): what it starts from and what it keeps. A walk completes it.
 *
 * @param start the points from which a walk starts, unless it starts from noise, float32 [N,C,H,W]
 * @param scale the noise scale of these points, in [0, 80]; 0 for images
 * @param known what is known of the N results
 */
public record Edit(Tensor start, double scale, Constraint known) {
    /** The usual walk of an edit that turns rough drawings into images. */
    public static final Walk DRAWING_WALK = Walk.parse("0 +4 > 0 +1 > 0");

    /** The value of missing pixels, in comparisons and at the start of an edit: grey. */
    private static final double MISSING = 0;

    /**
     * Fills the missing pixels and keeps the others.
     *
     * @param images float32 [N,C,H,W] in [-1,1]; the values of missing pixels do not matter
     * @param missing bool [N,1,H,W]: true where a pixel is missing
     */
    public static Edit inpainting(Tensor images, Tensor missing) {
        Tensor holed = images.masked_fill(missing, scalar(MISSING));
        return new Edit(holed, 0, new KnownPixels(holed, missing));
    }

    /**
     * Gives images colours and keeps their luminance.
     *
     * @param images float32 [N,3,H,W] in [-1,1], grey or coloured
     */
    public static Edit colorization(Tensor images) {
        Tensor grey = KnownLuminance.grey(images);
        return new Edit(grey, 0, new KnownLuminance(grey));
    }

    /**
     * Enlarges images. Each pixel of a small image is the mean of a patch of the result.
     *
     * @param small float32 [N,C,H,W] in [-1,1]
     * @param factor one of {@link KnownPatchMeans#FACTORS}
     */
    public static Edit superResolution(Tensor small, int factor) {
        long[] size = {small.size(2) * factor, small.size(3) * factor};
        return new Edit(torch.upsample_nearest2d(small, size), 0, new KnownPatchMeans(small, factor));
    }

    /**
     * Changes images and keeps nothing of them for certain: for damaged images and for drawings.
     *
     * @param images float32 [N,C,H,W] in [-1,1]
     */
    public static Edit free(Tensor images) {
        return denoising(images, 0);
    }

    /**
     * Removes noise.
     *
     * @param images float32 [N,C,H,W]
     * @param scale the standard deviation of their noise, in (0.002, 80]
     */
    public static Edit denoising(Tensor images, double scale) {
        return new Edit(images, scale, Constraint.NONE);
    }

    /** This edit with its tensors on a device. */
    public Edit on(Device device) {
        return new Edit(device.move(start), scale, known.map(device::move));
    }

    /**
     * Checks that a walk leads from the start of this edit to images. If something is known of the results, the walk
     * can also start from noise.
     *
     * @throws UserException if it does not; the message says which walk would
     */
    public void requireWalk(Walk walk) {
        boolean knowsSomething = !known.equals(Constraint.NONE);
        boolean starts = walk.start() == scale || (knowsSomething && walk.start() == NoiseScales.SIGMA_MAX);
        if (starts && walk.end() == 0) {
            return;
        }
        String needed = scale > 0
                ? NoiseScale.text(scale) + ", the noise scale of the images, to 0"
                : (knowsSomething ? "0 or 80" : "0") + " to 0, such as \"0 +0.4 > 2 > 0\"";
        throw new UserException("walk \"" + walk + "\": this edit needs a walk from " + needed);
    }
}
