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
        return PillowResampling.BICUBIC.resize(scaled, middle(scaled.height() * scale), middle(scaled.width() * scale));
    }

    private PillowResampling.Range middle(double length) {
        // Python rounds halves to even, and so does rint.
        long rounded = (long) Math.rint(length);
        return new PillowResampling.Range(rounded, (rounded - side) / 2, side);
    }

    private static int shorter(RasterPixels picture) {
        return Math.min(picture.height(), picture.width());
    }
}
