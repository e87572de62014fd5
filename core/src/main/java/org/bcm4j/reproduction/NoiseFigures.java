package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * How much some noises look like standard normal ones: 0, 1, 0, 0; a statistic of about 0.87/√D, a rejection of 0.05; 0 at every lag.
 *
 * @param mean of all numbers
 * @param deviation their standard deviation
 * @param skewness the third standardised moment
 * @param excessKurtosis the fourth, less 3
 * @param kolmogorovSmirnov the largest distance of a noise's distribution function from N(0,1)'s, mean over noises
 * @param rejected the share of noises, in [0,1], that the Kolmogorov-Smirnov test tells from N(0,1) at the level of 5 %; it takes their
 *     numbers for independent
 * @param autocorrelations of neighbours 1 to 4 pixels apart, rows and columns together
 */
public record NoiseFigures(
        double mean,
        double deviation,
        double skewness,
        double excessKurtosis,
        double kolmogorovSmirnov,
        double rejected,
        List<Double> autocorrelations) {
    private static final int LAGS = 4;
    private static final double LEVEL = 0.05;

    /** Of noises [N,C,H,W], which should have unit variance. */
    static NoiseFigures of(Tensor noises) {
        double[] values = HostTensors.doubles(noises);
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = centralMoment(values, mean, 2);
        double statistics = 0;
        int rejected = 0;
        int count = Math.toIntExact(noises.size(0));
        int length = values.length / count;
        NormalDistribution normal = NormalDistribution.of(0, 1);
        for (int i = 0; i < count; i++) {
            double[] noise = Arrays.copyOfRange(values, i * length, (i + 1) * length);
            KolmogorovSmirnovTest.OneResult test =
                    KolmogorovSmirnovTest.withDefaults().test(noise, normal::cumulativeProbability);
            statistics += test.getStatistic();
            rejected += test.getPValue() < LEVEL ? 1 : 0;
        }
        List<Double> correlations = new ArrayList<>();
        for (int lag = 1; lag <= LAGS; lag++) {
            correlations.add(covariance(noises, mean, lag) / variance);
        }
        return new NoiseFigures(
                mean,
                Math.sqrt(variance),
                centralMoment(values, mean, 3) / Math.pow(variance, 1.5),
                centralMoment(values, mean, 4) / (variance * variance) - 3,
                statistics / count,
                (double) rejected / count,
                correlations);
    }

    private static double centralMoment(double[] values, double mean, int order) {
        return Arrays.stream(values)
                .map(value -> Math.pow(value - mean, order))
                .average()
                .orElseThrow();
    }

    /** The mean product of numbers that stand {@code lag} pixels apart in a row or a column. */
    private static double covariance(Tensor noises, double mean, int lag) {
        double sum = 0;
        long pairs = 0;
        for (int axis = 2; axis <= 3; axis++) {
            long length = noises.size(axis) - lag;
            double[] first = HostTensors.doubles(noises.narrow(axis, 0, length));
            double[] second = HostTensors.doubles(noises.narrow(axis, lag, length));
            for (int i = 0; i < first.length; i++) {
                sum += (first[i] - mean) * (second[i] - mean);
            }
            pairs += first.length;
        }
        return sum / pairs;
    }
}
