package org.bcm4j.metrics.noise;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Kurtosis;
import org.apache.commons.statistics.descriptive.Skewness;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.bcm4j.data.Batches;
import org.bcm4j.metrics.pixels.HighestFrequency;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether the noises to which images were inverted are noise. Standard normal numbers that are independent of their
 * images give 0 for every figure, with these exceptions: a deviation of 1, 5 % rejected, powers of 1, and by chance a
 * correlation with the image of about 0.8/√D.
 *
 * @param noises the number of noises
 * @param mean mean of all numbers
 * @param standardDeviation standard deviation of all numbers
 * @param skewness the third moment, after each noise is centred and scaled separately
 * @param excessKurtosis the fourth moment minus 3, likewise
 * @param rejected the share of noises, in [0,1], that the Kolmogorov-Smirnov test distinguishes from N(0,1) at the 5 %
 *     level. The test assumes that a noise's numbers are independent
 * @param autocorrelations correlations of neighbours 1 and 2 pixels apart in rows, columns and diagonals: each noise's
 *     correlation with a shifted copy of itself, by channel, averaged over the noises
 * @param highestFrequency power where pixels alternate, divided by the mean of the spectrum
 * @param phaseMeans mean by pixel phase (row, column): even and even, even and odd, odd and even, odd and odd
 * @param patchDetermination R² of a linear prediction from the 5×5 patch of the image, by pixel phase. It is fitted on
 *     the first half of the noises and measured on the second
 * @param imageCorrelation mean absolute correlation of a noise with its image
 */
public record NoiseFigures(
        long noises,
        double mean,
        double standardDeviation,
        double skewness,
        double excessKurtosis,
        double rejected,
        List<Autocorrelation> autocorrelations,
        HighestFrequency highestFrequency,
        List<Double> phaseMeans,
        double patchDetermination,
        double imageCorrelation) {
    /** The share of drawn noises that the Kolmogorov-Smirnov test rejects. */
    public static final double LEVEL = 0.05;

    private static final List<Autocorrelation> NEIGHBOURS = List.of(
            new Autocorrelation(0, 1, 0),
            new Autocorrelation(1, 0, 0),
            new Autocorrelation(0, 2, 0),
            new Autocorrelation(2, 0, 0),
            new Autocorrelation(1, 1, 0),
            new Autocorrelation(2, 2, 0));

    public NoiseFigures {
        autocorrelations = List.copyOf(autocorrelations);
        phaseMeans = List.copyOf(phaseMeans);
    }

    /**
     * The correlation of neighbours.
     *
     * @param down distance in rows
     * @param right distance in columns
     * @param correlation in [-1,1]
     */
    public record Autocorrelation(int down, int right, double correlation) {}

    /** The largest absolute autocorrelation. */
    public double largestAutocorrelation() {
        return autocorrelations.stream()
                .mapToDouble(neighbours -> Math.abs(neighbours.correlation()))
                .max()
                .orElseThrow();
    }

    /** The mean of the autocorrelations along rows and columns for neighbours {@code apart} pixels apart, 1 or 2. */
    public double autocorrelation(int apart) {
        return autocorrelations.stream()
                .filter(neighbours ->
                        neighbours.down() + neighbours.right() == apart && neighbours.down() * neighbours.right() == 0)
                .mapToDouble(Autocorrelation::correlation)
                .average()
                .orElseThrow();
    }

    /**
     * The figures of noises.
     *
     * @param noises floating point [N,C,H,W], N at least 1, in units of their noise scale
     * @param images the images from which the noises were found, [N,C,H,W] in [-1,1]; for drawn noises any images, as a
     *     baseline
     * @throws IllegalArgumentException if the shapes differ, or there are none
     */
    public static NoiseFigures of(Tensor noises, Tensor images) {
        if (!Arrays.equals(noises.shape(), images.shape()) || noises.dim() != 4 || noises.size(0) == 0) {
            throw new IllegalArgumentException("expected noises and as many images of one shape, not "
                    + Arrays.toString(noises.shape()) + " and " + Arrays.toString(images.shape()));
        }
        try (Scope scope = Scope.open()) {
            Tensor found = noises.cpu();
            Tensor real = images.cpu();
            Sums sums = new Sums(found.shape());
            for (long[] batch : Batches.of(found.size(0))) {
                sums.add(
                        HostTensors.doubles(found.narrow(0, batch[0], batch.length)),
                        HostTensors.doubles(real.narrow(0, batch[0], batch.length)));
            }
            return sums.figures(new PatchRegression(found, real).determination());
        }
    }

    /** Sums over noises. */
    private static final class Sums {
        private final int channels;
        private final int height;
        private final int width;
        private final HighestFrequency.Sum spectrum = new HighestFrequency.Sum();
        private final double[] correlations = new double[NEIGHBOURS.size()];
        private final double[] phases = new double[PatchRegression.PHASES];
        private final long[] phaseCounts = new long[PatchRegression.PHASES];
        private double squares;
        private double thirdMoments;
        private double fourthMoments;
        private double imageCorrelations;
        private long rejected;
        private long noises;

        Sums(long[] shape) {
            channels = Math.toIntExact(shape[1]);
            height = Math.toIntExact(shape[2]);
            width = Math.toIntExact(shape[3]);
        }

        /** Adds a batch of noises and images, row-major. */
        void add(double[] found, double[] real) {
            int length = channels * height * width;
            for (int from = 0; from < found.length; from += length) {
                double[] noise = Arrays.copyOfRange(found, from, from + length);
                moments(noise);
                neighbours(noise);
                double[] image = Arrays.copyOfRange(real, from, from + length);
                imageCorrelations += Math.abs(Correlation.of(noise, image));
                noises++;
            }
        }

        private void moments(double[] noise) {
            double third = Skewness.of(noise).setBiased(true).getAsDouble();
            // NaN for a noise of equal numbers, which has no scale; both its moments count as 0.
            if (!Double.isNaN(third)) {
                thirdMoments += third;
                fourthMoments += Kurtosis.of(noise).setBiased(true).getAsDouble() + 3;
            }
            squares += Arrays.stream(noise).map(value -> value * value).sum();
            NormalDistribution normal = NormalDistribution.of(0, 1);
            double probability = KolmogorovSmirnovTest.withDefaults()
                    .test(noise, normal::cumulativeProbability)
                    .getPValue();
            rejected += probability < LEVEL ? 1 : 0;
        }

        private void neighbours(double[] noise) {
            for (int channel = 0; channel < channels; channel++) {
                int offset = channel * height * width;
                spectrum.add(noise, offset, height, width);
                for (int i = 0; i < correlations.length; i++) {
                    correlations[i] += correlation(noise, offset, NEIGHBOURS.get(i));
                }
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int phase = y % 2 * 2 + x % 2;
                        phases[phase] += noise[offset + y * width + x];
                        phaseCounts[phase]++;
                    }
                }
            }
        }

        /** The correlation of a plane with a shifted copy of itself, over their overlap. */
        private double correlation(double[] noise, int offset, Autocorrelation moved) {
            Correlation correlation = new Correlation();
            for (int y = 0; y < height - moved.down(); y++) {
                for (int x = 0; x < width - moved.right(); x++) {
                    int here = offset + y * width + x;
                    correlation.add(noise[here], noise[here + moved.down() * width + moved.right()]);
                }
            }
            return correlation.value();
        }

        NoiseFigures figures(double patchDetermination) {
            double count = (double) noises * channels * height * width;
            double mean = Arrays.stream(phases).sum() / count;
            return new NoiseFigures(
                    noises,
                    mean,
                    Math.sqrt(Math.max(0, squares / count - mean * mean)),
                    thirdMoments / noises,
                    fourthMoments / noises - 3,
                    (double) rejected / noises,
                    IntStream.range(0, correlations.length)
                            .mapToObj(i -> new Autocorrelation(
                                    NEIGHBOURS.get(i).down(),
                                    NEIGHBOURS.get(i).right(),
                                    correlations[i] / noises / channels))
                            .toList(),
                    spectrum.overMean(),
                    IntStream.range(0, phases.length)
                            .mapToObj(phase -> phaseCounts[phase] == 0 ? 0 : phases[phase] / phaseCounts[phase])
                            .toList(),
                    patchDetermination,
                    imageCorrelations / noises);
        }
    }
}
