package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Optional;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trajectories of data whose ODE has a known solution. */
class TrajectorySolverTest {
    private static final int COUNT = 40;
    private static final int PIXELS = 16;

    /** The times [K][M], and the points [K][M][pixel], of {@link Trajectories} on the host. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Solved(double[][] times, double[][][] x) {
        int points() {
            return times.length;
        }
    }

    private static Solved solve(StubNetwork network, double image, int points) {
        try (Scope scope = Scope.open();
                Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Teacher teacher = new Teacher(network.layout(), testDevice())) {
            Tensor images = testDevice().full(image, COUNT + 2, 1, 4, 4);
            TermInputs inputs = network.inputs(live, images, 2, 6, teacher);
            Trajectories solved = new TrajectorySolver(inputs.f().f(), teacher.weights(), points, testDevice())
                    .solve(inputs.examples(), COUNT);
            assertThat(solved.points()).isEqualTo(points + 1);
            assertThat(solved.count()).isEqualTo(COUNT);
            assertThat(solved.x().shape()).containsExactly(points + 1, COUNT, 1, 4, 4);
            double[] times = HostTensors.doubles(solved.times());
            double[] x = HostTensors.doubles(solved.x());
            double[][] perPoint = new double[points + 1][COUNT];
            double[][][] pixels = new double[points + 1][COUNT][PIXELS];
            for (int k = 0; k <= points; k++) {
                for (int m = 0; m < COUNT; m++) {
                    perPoint[k][m] = times[k * COUNT + m];
                    System.arraycopy(x, (k * COUNT + m) * PIXELS, pixels[k][m], 0, PIXELS);
                }
            }
            return new Solved(perPoint, pixels);
        }
    }

    /** Trajectories of an even number start at their lowest point but one, ε; the others at their highest. */
    private static int start(Solved solved, int trajectory) {
        return trajectory % 2 == 0 ? 1 : solved.points() - 1;
    }

    /** The largest error of a point from ε up, by the pixels' standard deviation there, over all trajectories that go up, or down. */
    private static double largestError(Solved solved, StubNetwork network, boolean up) {
        double largest = 0;
        for (int m = up ? 0 : 1; m < COUNT; m += 2) {
            for (int k = 1; k < solved.points(); k++) {
                largest = Math.max(largest, error(solved, network, k, m));
            }
        }
        return largest;
    }

    private static double error(Solved solved, StubNetwork network, int k, int m) {
        double t = solved.times()[k][m];
        int start = start(solved, m);
        double sum = 0;
        for (int i = 0; i < PIXELS; i++) {
            double exact = network.flow(solved.x()[start][m][i], solved.times()[start][m], t);
            sum += Math.pow(solved.x()[k][m][i] - exact, 2);
        }
        return Math.sqrt(sum / PIXELS / (t * t + NoiseScales.SIGMA_DATA * NoiseScales.SIGMA_DATA));
    }

    @Test
    void everyGridAscendsFromZeroToT() {
        Solved solved = solve(new StubNetwork(0, 0.5), 0, 12);
        for (int m = 0; m < COUNT; m++) {
            assertThat(solved.times()[0][m]).isEqualTo((float) NoiseScales.SIGMA_MIN);
            assertThat(solved.times()[1][m]).isBetween(0.04 - 1e-6, 0.1 + 1e-6);
            assertThat(solved.times()[12][m]).isCloseTo(NoiseScales.SIGMA_MAX, within(1e-4));
            for (int k = 0; k < 12; k++) {
                assertThat(solved.times()[k][m]).isLessThan(solved.times()[k + 1][m]);
            }
        }
        assertThat(solved.times()[5][0]).as("random points").isNotEqualTo(solved.times()[5][2]);
    }

    /** What they start from has deviation 1 about the image, or about nothing, in units of its noise scale. */
    @Test
    void evenOnesStartFromTheirDiffusedImageAndTheOthersFromNoise() {
        Solved solved = solve(new StubNetwork(0, 0.5), 0.7, 12);
        double up = 0;
        double down = 0;
        for (int m = 0; m < COUNT; m++) {
            int start = start(solved, m);
            for (double x : solved.x()[start][m]) {
                double noise = (x - (m % 2 == 0 ? 0.7 : 0)) / solved.times()[start][m];
                up += m % 2 == 0 ? noise * noise : 0;
                down += m % 2 == 0 ? 0 : noise * noise;
            }
        }
        // Means of 320 squares of normal numbers: a deviation of 0.079 each. An image in the noise's place would be 12
        // and more.
        assertThat(up / (COUNT / 2.0 * PIXELS)).isCloseTo(1, within(0.3));
        assertThat(down / (COUNT / 2.0 * PIXELS)).isCloseTo(1, within(0.3));
    }

    /** Where D is constant, the rule is exact: trajectories are straight lines. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void straightTrajectoriesAreExact(boolean up) {
        StubNetwork network = new StubNetwork(0.3, 0);
        // float32. Measured: 1.4e-6.
        assertThat(largestError(solve(network, 0.3, 8), network, up)).isLessThan(1e-5);
    }

    /** Of normal data as wide as images are. Measured: 0.044 up and 0.063 down in 12 points, 0.005 and 0.008 in 40. */
    @ParameterizedTest
    @CsvSource({"true, 12, 0.1", "false, 12, 0.15", "true, 40, 0.01", "false, 40, 0.02"})
    void pointsLieOnTheTrueTrajectory(boolean up, int points, double bound) {
        StubNetwork network = new StubNetwork(-0.2, NoiseScales.SIGMA_DATA);
        assertThat(largestError(solve(network, 0, points), network, up)).isBetween(bound / 100, bound);
    }

    /**
     * From ε, which may be as large as the data's deviation, four steps lead to time 0. The first trajectory's error is 0.03 % and 1.1 % of the
     * deviation; one step of Euler's rule would leave 2 % and 20 %.
     */
    @ParameterizedTest
    @CsvSource({"0.5, 0.02", "0.1, 0.06"})
    void timeZeroIsTheFootOfTheTrajectory(double deviation, double bound) {
        StubNetwork network = new StubNetwork(-0.2, deviation);
        Solved solved = solve(network, 0, 12);
        for (int m = 0; m < COUNT; m++) {
            double sum = 0;
            for (int i = 0; i < PIXELS; i++) {
                double exact = network.flow(solved.x()[1][m][i], solved.times()[1][m], NoiseScales.SIGMA_MIN);
                sum += Math.pow(solved.x()[0][m][i] - exact, 2);
            }
            assertThat(Math.sqrt(sum / PIXELS)).isLessThan(bound * deviation);
        }
    }

    /** At T for trajectories that go up, at ε for the others: twice the steps, a quarter of the error. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theRuleIsOfSecondOrder(boolean up) {
        StubNetwork network = new StubNetwork(-0.2, NoiseScales.SIGMA_DATA);
        double coarse = errorAtTheEnd(solve(network, 0, 21), network, up);
        double fine = errorAtTheEnd(solve(network, 0, 41), network, up);
        // Steps of random lengths; a rule of first order would halve the error, one of third divide it by eight.
        // Measured: 4.0.
        assertThat(coarse / fine).isBetween(3.0, 5.5);
    }

    /** The root of the mean square over trajectories. */
    private static double errorAtTheEnd(Solved solved, StubNetwork network, boolean up) {
        double sum = 0;
        for (int m = up ? 0 : 1; m < COUNT; m += 2) {
            sum += Math.pow(error(solved, network, up ? solved.points() - 1 : 1, m), 2);
        }
        return Math.sqrt(sum / (COUNT / 2.0));
    }

    @Test
    void aPairIsOfOneTrajectory() {
        try (Scope scope = Scope.open()) {
            // Point k of trajectory m is 10·k + m, its time a tenth of that.
            Tensor x = testDevice().floats(0, 1, 2, 10, 11, 12, 20, 21, 22).view(3, 3, 1, 1, 1);
            Tensor times =
                    testDevice().floats(0, 0.1, 0.2, 1, 1.1, 1.2, 2, 2.1, 2.2).view(3, 3);
            Optional<Tensor> labels = Optional.of(testDevice().integers(7, 8, 9));
            TrajectoryPairs pairs = new Trajectories(x, times, labels)
                    .pairs(new int[] {2, 0, 1, 0}, new int[] {0, 1, 2, 2}, testDevice());
            assertThat(HostTensors.doubles(pairs.from())).containsExactly(20, 1, 12, 0);
            assertThat(HostTensors.doubles(pairs.to())).containsExactly(0, 11, 22, 20);
            assertThat(HostTensors.floats(pairs.t())).containsExactly(2, 0.1f, 1.2f, 0);
            assertThat(HostTensors.floats(pairs.u())).containsExactly(0, 1.1f, 2.2f, 2);
            assertThat(HostTensors.longs(pairs.labels().orElseThrow())).containsExactly(7, 8, 9, 7);
        }
    }
}
