package org.bcm4j.images;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How a picture of any size is fitted into a square. */
public enum ImageFit {
    /** The largest central square. */
    CROP,
    /** The whole picture, with bars of a constant level above and below or on both sides. */
    PAD,
    /** The whole picture, stretched or compressed in one direction. */
    STRETCH;

    /** The names for command line options: {@code crop, pad or stretch}. */
    public static String names() {
        String[] names = Arrays.stream(values())
                .map(fit -> fit.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        return Arrays.stream(names, 0, names.length - 1).collect(Collectors.joining(", ")) + " or "
                + names[names.length - 1];
    }

    /**
     * The picture as a square. Where it shrinks, a pixel is the mean of the pixels it covers. Where it grows, pixels
     * are interpolated.
     *
     * @param picture uint8 [C,H,W]; not changed
     * @param side height and width of the result, in pixels
     * @param level of the bars that {@link #PAD} adds, 0 to 255
     * @return uint8 [C,side,side], in the caller's scope
     */
    public Tensor square(Tensor picture, int side, int level) {
        return Scope.returning(() -> {
            long height = picture.size(1);
            long width = picture.size(2);
            long shorter = Math.min(height, width);
            long longer = Math.max(height, width);
            return switch (this) {
                case STRETCH -> scaled(picture, side, side);
                case CROP ->
                    scaled(
                            picture.narrow(1, (height - shorter) / 2, shorter)
                                    .narrow(2, (width - shorter) / 2, shorter),
                            side,
                            side);
                case PAD -> {
                    long inner = Math.max(1, Math.round((double) side * shorter / longer));
                    long rows = height == longer ? side : inner;
                    long columns = width == longer ? side : inner;
                    Tensor square = torch.full(new long[] {picture.size(0), side, side}, scalar(level))
                            .to(torch.ScalarType.Byte);
                    square.narrow(1, (side - rows) / 2, rows)
                            .narrow(2, (side - columns) / 2, columns)
                            .copy_(scaled(picture, rows, columns));
                    yield square;
                }
            };
        });
    }

    private static Tensor scaled(Tensor picture, long height, long width) {
        Tensor scaled = picture.to(torch.ScalarType.Float);
        // One direction can shrink while the other grows.
        scaled = torch.adaptive_avg_pool2d(scaled, Math.min(height, picture.size(1)), Math.min(width, picture.size(2)));
        if (scaled.size(1) < height || scaled.size(2) < width) {
            scaled = torch.upsample_bilinear2d(scaled.unsqueeze(0), new long[] {height, width}, false)
                    .squeeze(0);
        }
        return scaled.round().to(torch.ScalarType.Byte);
    }
}
