package org.bcm4j.images;

/**
 * Makes squares of pictures of any size as the code of ADM ({@code center_crop_arr}) does, with the same values. The
 * picture is halved as long as its shorter side is at least twice the result's; each pixel is then the mean of those it
 * covers. Bicubic interpolation brings the shorter side to the result's, and the middle square is cut out. A smaller
 * picture is enlarged.
 *
 * @param side height and width of the result, in pixels, at least 1
 */
public record CenterCrop(int side) {
    public CenterCrop {
        if (side < 1) {
            throw new IllegalArgumentException("a square has a side of at least 1, not " + side);
        }
    }

    /**
     * The square of a picture. Thread-safe.
     *
     * @param picture not changed
     */
    public RasterPixels of(RasterPixels picture) {
        RasterPixels scaled = picture;
        while (shorter(scaled) >= 2L * side) {
            scaled = PillowResampling.BOX.resize(scaled, scaled.height() / 2, scaled.width() / 2);
        }
        double scale = (double) side / shorter(scaled);
        // Python rounds halves to even, and so does rint.
        scaled = PillowResampling.BICUBIC.resize(
                scaled, (int) Math.rint(scaled.height() * scale), (int) Math.rint(scaled.width() * scale));
        return middle(scaled);
    }

    private RasterPixels middle(RasterPixels picture) {
        int top = (picture.height() - side) / 2;
        int left = (picture.width() - side) / 2;
        byte[] square = new byte[picture.channels() * side * side];
        for (int c = 0; c < picture.channels(); c++) {
            for (int y = 0; y < side; y++) {
                int from = (c * picture.height() + top + y) * picture.width() + left;
                System.arraycopy(picture.values(), from, square, (c * side + y) * side, side);
            }
        }
        return new RasterPixels(square, picture.channels(), side, side);
    }

    private static int shorter(RasterPixels picture) {
        return Math.min(picture.height(), picture.width());
    }
}
