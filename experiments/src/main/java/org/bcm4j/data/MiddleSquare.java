package org.bcm4j.data;

import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Converts pictures of any size to images of one size: the middle square, scaled down. */
public final class MiddleSquare {
    private MiddleSquare() {}

    /**
     * The largest square in the middle of a picture, scaled down. Each pixel is the rounded mean of the pixels that it
     * covers.
     *
     * @param picture uint8 [C,H,W]; not changed
     * @param side height and width of the result, in pixels
     * @param source the picture's name in an error message
     * @return uint8 [C,side,side]
     * @throws UserException if the picture is smaller than that
     */
    public static Tensor scaledDown(Tensor picture, int side, String source) {
        long height = picture.size(1);
        long width = picture.size(2);
        long square = Math.min(height, width);
        if (square < side) {
            throw new UserException(
                    source + ": is only " + height + "x" + width + "; leave it out, or ask for at most " + square);
        }
        Tensor middle = picture.narrow(1, (height - square) / 2, square).narrow(2, (width - square) / 2, square);
        return torch.adaptive_avg_pool2d(middle.to(torch.ScalarType.Float), side, side)
                .round()
                .to(torch.ScalarType.Byte);
    }
}
