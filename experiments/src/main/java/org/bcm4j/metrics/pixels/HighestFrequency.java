package org.bcm4j.metrics.pixels;

import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * The power of images, or noises, at the highest frequency that pixels can represent, where a 2×2 pixel lattice shows.
 * It is absolute, or relative to a reference. An odd last row or column is ignored.
 *
 * @param corner power where both rows and columns alternate
 * @param acrossColumns power where neighbouring columns alternate and rows do not: the mean over the vertical
 *     frequencies strictly between 0 and the highest
 * @param acrossRows power where neighbouring rows alternate and columns do not: the mean over the horizontal
 *     frequencies strictly between 0 and the highest
 */
public record HighestFrequency(double corner, double acrossColumns, double acrossRows) {
    /** The largest of the three. */
    public double largest() {
        return Math.max(corner, Math.max(acrossColumns, acrossRows));
    }

    /** Each power, divided by that of {@code other}. */
    public HighestFrequency over(HighestFrequency other) {
        return new HighestFrequency(
                ratio(corner, other.corner),
                ratio(acrossColumns, other.acrossColumns),
                ratio(acrossRows, other.acrossRows));
    }

    /** The ratio of two powers. Zero over zero, as for two blank images, is 1. */
    private static double ratio(double power, double other) {
        return power == other ? 1 : power / other;
    }

    /**
     * Sums the power of planes [H,W]. No Fourier transform is needed: Parseval's theorem gives the required sums. Not for
     * concurrent use.
     */
    public static final class Sum {
        private double corner;
        private double acrossColumns;
        private double acrossRows;
        private double all;
        private long planes;

        /** Adds every plane of images, floating point [B,C,H,W]. */
        public void add(Tensor images) {
            int height = Math.toIntExact(images.size(2));
            int width = Math.toIntExact(images.size(3));
            double[] values = HostTensors.doubles(images);
            for (int offset = 0; offset < values.length; offset += height * width) {
                add(values, offset, height, width);
            }
        }

        /**
         * Adds a plane.
         *
         * @param values row-major, starting at {@code offset}
         */
        public void add(double[] values, int offset, int height, int width) {
            int rows = height - height % 2;
            int columns = width - width % 2;
            double[] ofRows = new double[rows]; // the alternating sum of each row
            double[] ofColumns = new double[columns];
            double squares = 0;
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    double value = values[offset + y * width + x];
                    ofRows[y] += x % 2 == 0 ? value : -value;
                    ofColumns[x] += y % 2 == 0 ? value : -value;
                    squares += value * value;
                }
            }
            double ends = square(alternating(ofRows));
            corner += ends;
            acrossColumns += between(ofRows, ends);
            acrossRows += between(ofColumns, ends);
            all += squares;
            planes++;
        }

        /**
         * The mean power of a sequence at the frequencies strictly between 0 and the highest. {@code highest} is the
         * power at the highest.
         */
        private static double between(double[] row, double highest) {
            double sum = 0;
            double squares = 0;
            for (double value : row) {
                sum += value;
                squares += value * value;
            }
            int bins = row.length - 2;
            return bins == 0 ? 0 : (row.length * squares - sum * sum - highest) / bins;
        }

        private static double alternating(double[] row) {
            double sum = 0;
            for (int i = 0; i < row.length; i++) {
                sum += i % 2 == 0 ? row[i] : -row[i];
            }
            return sum;
        }

        private static double square(double value) {
            return value * value;
        }

        /** The mean powers over the planes. */
        public HighestFrequency power() {
            return new HighestFrequency(corner / planes, acrossColumns / planes, acrossRows / planes);
        }

        /**
         * The mean powers, divided by the mean of the whole spectrum: 1 for white noise. That mean is the mean square
         * of a plane's numbers times their count.
         */
        public HighestFrequency overMean() {
            double mean = all / planes;
            return power().over(new HighestFrequency(mean, mean, mean));
        }
    }
}
