package org.bcm4j.images;

import java.util.Arrays;

/**
 * Resizes pictures to the values that Pillow's {@code Image.resize} gives: one pass across, then one pass down, each
 * with antialiasing, weights in fixed point and a result of 8 bits. A pass that changes no length is left out.
 */
enum PillowResampling {
    /** The mean of the pixels that a pixel of the result covers ({@code Resampling.BOX}). */
    BOX(0.5),
    /** Keys' cubic with a = -0.5 ({@code Resampling.BICUBIC}). */
    BICUBIC(2);

    /** 32 bits, less 8 of a level, less 2 for sums beyond its range. */
    private static final int FRACTION_BITS = 22;

    private static final double CUBIC = -0.5;
    private static final int MOST = 255;

    private final double support;

    PillowResampling(double support) {
        this.support = support;
    }

    /**
     * A range of the rows or columns of a resized picture.
     *
     * @param length how many the picture has in its new size, at least 1
     * @param first the first of the range, from 0
     * @param count how many the range has, at least 1
     */
    record Range(long length, long first, int count) {
        /** All of them. */
        static Range whole(int length) {
            return new Range(length, 0, length);
        }

        boolean isWhole(int size) {
            return equals(whole(size));
        }
    }

    /**
     * The picture in another size.
     *
     * @param picture not changed
     * @param height of the result, at least 1
     * @param width of the result, at least 1
     */
    RasterPixels resize(RasterPixels picture, int height, int width) {
        return resize(picture, Range.whole(height), Range.whole(width));
    }

    /**
     * A part of the picture in another size. Nothing else of it is computed, so that the whole can be of any size.
     *
     * @param picture not changed
     */
    RasterPixels resize(RasterPixels picture, Range rows, Range columns) {
        if (rows.isWhole(picture.height())) {
            return across(picture, columns, 0, picture.height());
        }
        Weights down = weights(picture.height(), rows);
        RasterPixels across = across(picture, columns, down.start(), down.end() - down.start());
        return down(across, down);
    }

    /** Resizes some of the rows. */
    private RasterPixels across(RasterPixels picture, Range columns, int firstRow, int rows) {
        int width = columns.count();
        if (columns.isWhole(picture.width()) && rows == picture.height()) {
            return picture;
        }
        Weights weights = weights(picture.width(), columns);
        byte[] from = picture.values();
        byte[] to = new byte[Math.multiplyExact(picture.channels() * rows, width)];
        for (int row = 0; row < picture.channels() * rows; row++) {
            int start = (row / rows * picture.height() + firstRow + row % rows) * picture.width();
            for (int x = 0; x < width; x++) {
                int[] factors = weights.factors[x];
                int first = start + weights.first[x];
                int sum = 1 << (FRACTION_BITS - 1);
                for (int k = 0; k < factors.length; k++) {
                    sum += (from[first + k] & MOST) * factors[k];
                }
                to[row * width + x] = level(sum);
            }
        }
        return new RasterPixels(to, picture.channels(), rows, width);
    }

    /** @param picture begins with the first row that is weighed */
    private static RasterPixels down(RasterPixels picture, Weights weights) {
        byte[] from = picture.values();
        int width = picture.width();
        int height = weights.first.length;
        byte[] to = new byte[Math.multiplyExact(picture.channels() * height, width)];
        int[] sums = new int[width];
        for (int c = 0; c < picture.channels(); c++) {
            for (int y = 0; y < height; y++) {
                Arrays.fill(sums, 1 << (FRACTION_BITS - 1));
                int[] factors = weights.factors[y];
                for (int k = 0; k < factors.length; k++) {
                    int start = (c * picture.height() + weights.first[y] - weights.start() + k) * width;
                    int factor = factors[k];
                    for (int x = 0; x < width; x++) {
                        sums[x] += (from[start + x] & MOST) * factor;
                    }
                }
                for (int x = 0; x < width; x++) {
                    to[(c * height + y) * width + x] = level(sums[x]);
                }
            }
        }
        return new RasterPixels(to, picture.channels(), height, width);
    }

    private static byte level(int sum) {
        return (byte) Math.max(0, Math.min(MOST, sum >> FRACTION_BITS));
    }

    /**
     * The pixels from which each pixel of a range is made.
     *
     * @param first the index of the first one
     * @param factors their weights in units of 2^-{@value #FRACTION_BITS}
     */
    @SuppressWarnings("ArrayRecordComponent") // private to this class, and never compared
    private record Weights(int[] first, int[][] factors) {
        /** The first pixel that any is made from. */
        int start() {
            return first[0];
        }

        /** Behind the last one. */
        int end() {
            int last = first.length - 1;
            return first[last] + factors[last].length;
        }
    }

    private Weights weights(int length, Range range) {
        int target = range.count();
        double scale = (double) length / range.length();
        double stretch = Math.max(scale, 1);
        double reach = support * stretch;
        int[] first = new int[target];
        int[][] factors = new int[target][];
        for (int i = 0; i < target; i++) {
            double centre = (range.first() + i + 0.5) * scale;
            first[i] = Math.max(0, (int) (centre - reach + 0.5));
            int end = Math.min(length, (int) (centre + reach + 0.5));
            double[] weights = new double[end - first[i]];
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                weights[k] = filter((k + first[i] - centre + 0.5) * (1 / stretch));
                sum += weights[k];
            }
            factors[i] = new int[weights.length];
            for (int k = 0; k < weights.length; k++) {
                double share = (sum == 0 ? weights[k] : weights[k] / sum) * (1 << FRACTION_BITS);
                factors[i][k] = (int) (share < 0 ? share - 0.5 : share + 0.5);
            }
        }
        return new Weights(first, factors);
    }

    private double filter(double x) {
        return switch (this) {
            case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
            case BICUBIC -> cubic(x);
        };
    }

    private static double cubic(double signed) {
        double x = Math.abs(signed);
        if (x < 1) {
            return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC : 0;
    }
}
