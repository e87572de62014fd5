package org.bcm4j.metrics;

import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * How much of images, or noises, is at the highest frequency that pixels can hold, where a lattice of 2×2 pixels shows: the power of their
 * spectrum there, over what it is compared with. An odd row or column at the end is left out.
 *
 * @param corner where rows and columns alternate
 * @param acrossColumns where neighbouring columns alternate and rows do not: the mean over all lower frequencies down the rows, 0 not among them
 * @param acrossRows where neighbouring rows alternate, likewise
 */
public record HighestFrequency(double corner, double acrossColumns, double acrossRows) {
    /** The largest of the three. */
    public double largest() {
        return Math.max(corner, Math.max(acrossColumns, acrossRows));
    }

    /** Each power, divided by that of {@code other}. */
    HighestFrequency over(HighestFrequency other) {
        return new HighestFrequency(
                ratio(corner, other.corner),
                ratio(acrossColumns, other.acrossColumns),
                ratio(acrossRows, other.acrossRows));
    }

    /** Nothing over nothing, such as that of two blank images, is no more than it should be. */
    private static double ratio(double power, double other) {
        return power == other ? 1 : power / other;
    }

    /** The power of planes [H,W], summed up; no spectrum is taken, for Parseval's theorem gives what is wanted of it. */
    static final class Sum {
        private double corner;
        private double acrossColumns;
        private double acrossRows;
        private double all;
        private long planes;

        /** Takes in every plane of images, [B,C,H,W]. */
        void add(Tensor images) {
            int height = Math.toIntExact(images.size(2));
            int width = Math.toIntExact(images.size(3));
            double[] values = HostTensors.doubles(images);
            for (int offset = 0; offset < values.length; offset += height * width) {
                add(values, offset, height, width);
            }
        }

        /**
         * Takes in a plane.
         *
         * @param values row-major, from {@code offset} on
         */
        void add(double[] values, int offset, int height, int width) {
            int rows = height - height % 2;
            int columns = width - width % 2;
            double[] ofRows = new double[rows]; // each row's numbers, alternately added and subtracted
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

        /** The mean power of a row of numbers at the frequencies between 0 and the highest, of which {@code highest} is the power. */
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
        HighestFrequency power() {
            return new HighestFrequency(corner / planes, acrossColumns / planes, acrossRows / planes);
        }

        /** The same over the mean of the whole spectrum, which is the mean square of a plane's numbers times their count: 1 for white noise. */
        HighestFrequency overMean() {
            double mean = all / planes;
            return power().over(new HighestFrequency(mean, mean, mean));
        }
    }
}
