package org.bcm4j.metrics.samples;

import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The 3×3 box blur, a baseline for Fréchet distances: each pixel becomes the mean of itself and its eight neighbours. A
 * generator whose distance from real images is below that of the blurred images is better than a slightly soft copy.
 */
final class BoxBlur {
    private static final double BLACK = -1;

    private BoxBlur() {}

    /**
     * @param images floating point [B,C,H,W] in [-1,1]; pixels beyond the border are black
     * @return the same shape and range, not rounded to the 256 levels of a file
     */
    static Tensor apply(Tensor images) {
        return Scope.returning(() -> {
            Tensor padded = torch.constant_pad_nd(images, new long[] {1, 1, 1, 1}, scalar(BLACK));
            long[] kernel = {3, 3};
            long[] stride = {1, 1};
            long[] none = {0, 0};
            return torch.avg_pool2d(padded, kernel, stride, none, false, true, new LongOptional());
        });
    }
}
