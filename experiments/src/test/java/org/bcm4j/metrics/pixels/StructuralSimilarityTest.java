package org.bcm4j.metrics.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Against the formula, written out with loops; float64 throughout, so agreement is to 1e-9. */
class StructuralSimilarityTest {
    private static float[] noise(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static double pixel(float signal) {
        return (signal + 1.0) / 2;
    }

    /** Of one plane of height × width pixels. */
    private static double literal(float[] x, float[] y, int from, int height, int width) {
        double[][] window = new double[11][11];
        double total = 0;
        for (int i = 0; i < 11; i++) {
            for (int j = 0; j < 11; j++) {
                window[i][j] = Math.exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / (2 * 1.5 * 1.5));
                total += window[i][j];
            }
        }
        double sum = 0;
        for (int top = 0; top + 11 <= height; top++) {
            for (int left = 0; left + 11 <= width; left++) {
                double meanX = 0;
                double meanY = 0;
                double squareX = 0;
                double squareY = 0;
                double product = 0;
                for (int i = 0; i < 11; i++) {
                    for (int j = 0; j < 11; j++) {
                        int at = from + (top + i) * width + left + j;
                        double weight = window[i][j] / total;
                        meanX += weight * pixel(x[at]);
                        meanY += weight * pixel(y[at]);
                        squareX += weight * pixel(x[at]) * pixel(x[at]);
                        squareY += weight * pixel(y[at]) * pixel(y[at]);
                        product += weight * pixel(x[at]) * pixel(y[at]);
                    }
                }
                double varianceX = squareX - meanX * meanX;
                double varianceY = squareY - meanY * meanY;
                double covariance = product - meanX * meanY;
                sum += (2 * meanX * meanY + 1e-4)
                        * (2 * covariance + 9e-4)
                        / ((meanX * meanX + meanY * meanY + 1e-4) * (varianceX + varianceY + 9e-4));
            }
        }
        return sum / ((height - 10) * (width - 10));
    }

    @Test
    void isTheFormulaOfEveryWholeWindowAndChannel() {
        int height = 13;
        int width = 12;
        int plane = height * width;
        float[] x = noise(1, 2 * 3 * plane);
        float[] y = noise(2, x.length);
        for (int i = 0; i < y.length; i++) {
            y[i] = 0.7f * x[i] + 0.3f * y[i];
        }
        try (Scope scope = Scope.open()) {
            double[] actual = StructuralSimilarity.perImage(
                    HostTensors.ofFloats(x, 2, 3, height, width), HostTensors.ofFloats(y, 2, 3, height, width));
            for (int image = 0; image < 2; image++) {
                double expected = 0;
                for (int channel = 0; channel < 3; channel++) {
                    expected += literal(x, y, (image * 3 + channel) * plane, height, width) / 3;
                }
                assertThat(actual[image]).isCloseTo(expected, within(1e-9));
            }
        }
    }

    /** Constant images have no contrast: only the means are compared. */
    @Test
    void flatImagesAreComparedByTheirMeans() {
        try (Scope scope = Scope.open()) {
            Tensor black = filled(-1);
            Tensor white = filled(1);
            assertThat(StructuralSimilarity.perImage(black, white)[0]).isCloseTo(1e-4 / (1 + 1e-4), within(1e-12));
        }
    }

    private static Tensor filled(double value) {
        return HostTensors.ofFloats(new float[121], 1, 1, 11, 11).fill_(scalar(value));
    }

    @Property(tries = 40)
    void equalImagesAreOneAndOrderDoesNotMatter(
            @ForAll long seed,
            @ForAll @IntRange(min = 11, max = 20) int side,
            @ForAll @DoubleRange(min = -1, max = 1) double mix) {
        try (Scope scope = Scope.open()) {
            Tensor x = HostTensors.ofFloats(noise(seed, 2 * side * side), 2, 1, side, side);
            Tensor other = HostTensors.ofFloats(noise(~seed, 2 * side * side), 2, 1, side, side);
            Tensor y = x.mul(scalar(mix)).add(other.mul(scalar(1 - Math.abs(mix))));
            double[] there = StructuralSimilarity.perImage(x, y);
            double[] back = StructuralSimilarity.perImage(y, x);
            double[] same = StructuralSimilarity.perImage(x, x);
            for (int i = 0; i < 2; i++) {
                assertThat(same[i]).isCloseTo(1, within(1e-9));
                assertThat(there[i]).isBetween(-1.0, 1 + 1e-9).isCloseTo(back[i], within(1e-12));
            }
        }
    }

    @Test
    void reconstructionsAreClamped() {
        try (Scope scope = Scope.open()) {
            Tensor white = filled(1);
            assertThat(StructuralSimilarity.perImage(white, filled(3))[0]).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void refusesWhatHoldsNoWindowOrDoesNotMatch() {
        try (Scope scope = Scope.open()) {
            Tensor small = HostTensors.ofFloats(new float[110], 1, 1, 10, 11);
            Tensor whole = filled(0);
            assertThat(StructuralSimilarity.fits(10, 11)).isFalse();
            assertThat(StructuralSimilarity.fits(11, 11)).isTrue();
            assertThatThrownBy(() -> StructuralSimilarity.perImage(small, small))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> StructuralSimilarity.perImage(whole, small))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
