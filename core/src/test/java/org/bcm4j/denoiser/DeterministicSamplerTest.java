package org.bcm4j.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** On Gaussian data, where every point of every trajectory is known. */
class DeterministicSamplerTest {
    private static final GaussianData DATA = new GaussianData(0.1, 0.5);

    @Property(tries = 60)
    void countsEveryEvaluation(@ForAll OdeSolver solver, @ForAll @IntRange(min = 2, max = 40) int points) {
        try (Scope scope = Scope.open()) {
            List<Double> visited = new ArrayList<>();
            Denoiser recording = (x, sigma) -> {
                visited.add(HostTensors.doubles(sigma)[0]);
                return DATA.denoise(x, sigma);
            };
            DeterministicSampler sampler = new DeterministicSampler(solver, points);
            boolean heun = solver == OdeSolver.HEUN;

            assertThat(sampler.generate(recording, image(1)).nfe())
                    .isEqualTo(visited.size())
                    .isEqualTo(sampler.generationNfe())
                    .isEqualTo(heun ? 2 * points - 1 : points);
            assertThat(visited).isSortedAccordingTo((a, b) -> Double.compare(b, a));
            visited.clear();
            assertThat(sampler.invert(recording, image(1)).nfe())
                    .isEqualTo(visited.size())
                    .isEqualTo(sampler.inversionNfe(0))
                    .isEqualTo(heun ? 2 * (points - 1) : points - 1);
            assertThat(visited).isSorted();
        }
    }

    /** From a noise scale, through the grid's points above it. */
    @Property(tries = 60)
    void anInversionBeginsWhereItIsTold(
            @ForAll OdeSolver solver,
            @ForAll @IntRange(min = 2, max = 40) int points,
            @ForAll @Scale(3) @DoubleRange(min = 0.003, max = 79) double from) {
        try (Scope scope = Scope.open()) {
            List<Double> visited = new ArrayList<>();
            Denoiser recording = (x, sigma) -> {
                visited.add(HostTensors.doubles(sigma)[0]);
                return DATA.denoise(x, sigma);
            };
            DeterministicSampler sampler = new DeterministicSampler(solver, points);
            assertThat(sampler.invert(recording, image(1), from).nfe())
                    .isEqualTo(visited.size())
                    .isEqualTo(sampler.inversionNfe(from));
            // The denoiser is told float32 numbers.
            assertThat(visited.get(0)).isCloseTo(from, within(1e-5 * from));
            assertThat(visited).isSorted();
        }
    }

    /** The error falls as N to the power of the order: measured over a fourfold N. */
    @ParameterizedTest
    @CsvSource({"HEUN, 2", "EULER, 1", "DDIM, 1"})
    void convergesAtItsOrder(OdeSolver solver, int order) {
        try (Scope scope = Scope.open()) {
            // Beyond 128 points Heun's errors would approach the rounding of the denoiser's input, 4e-6 at T.
            double generation = logRatio(generationError(solver, 32), generationError(solver, 128));
            double inversion = logRatio(inversionError(solver, 32), inversionError(solver, 128));

            assertThat(generation).isCloseTo(order, within(0.1));
            assertThat(inversion).isCloseTo(order, within(0.1));
        }
    }

    /** log₄ of how many times smaller the second error is. */
    private static double logRatio(double error, double errorWithFourTimesThePoints) {
        return Math.log(error / errorWithFourTimesThePoints) / Math.log(4);
    }

    private static double generationError(OdeSolver solver, int points) {
        Tensor noise = testDevice().move(HostTensors.ofDoubles(new double[] {-1.5, -0.2, 0.4, 2}, 2, 1, 1, 2));
        Tensor atEnd = DATA.flow(noise.mul(scalar(SIGMA_MAX)), SIGMA_MAX, SIGMA_MIN);
        Tensor expected = DATA.denoise(atEnd, testDevice().full(SIGMA_MIN, 2)); // the last step, to 0, is Euler's
        Tensor actual =
                new DeterministicSampler(solver, points).generate(DATA, noise).x();
        return largest(actual.sub(expected));
    }

    private static double inversionError(OdeSolver solver, int points) {
        Tensor image = image(2);
        Tensor actual =
                new DeterministicSampler(solver, points).invert(DATA, image).x();
        return largest(actual.sub(DATA.flow(image, SIGMA_MIN, SIGMA_MAX))) / SIGMA_MAX;
    }

    /** Heun's errors of both ways cancel but for their third order: 3e-4 of the distance to the mean at N = 64. */
    @Property(tries = 50)
    void generationUndoesInversion(
            @ForAll @DoubleRange(min = -0.5, max = 0.5) double mean,
            @ForAll @DoubleRange(min = 0.2, max = 1) double deviation,
            @ForAll @DoubleRange(min = -1, max = 1) double pixel) {
        try (Scope scope = Scope.open()) {
            GaussianData data = new GaussianData(mean, deviation);
            DeterministicSampler sampler = new DeterministicSampler(OdeSolver.HEUN, 64);
            Tensor image = testDevice().move(HostTensors.ofDoubles(new double[] {pixel, mean}, 1, 1, 1, 2));

            Tensor latent = sampler.invert(data, image).x();
            Tensor again = sampler.generate(data, latent.div(scalar(SIGMA_MAX))).x();

            assertThat(largest(again.sub(image))).isLessThan(5e-4 * Math.abs(pixel - mean) + 1e-6);
        }
    }

    /** The update as it is usually written, in terms of ᾱ and of the predicted noise. */
    @Test
    void ddimIsTheTextbooks() {
        double[] sigmas = OdeSolver.DDIM.ascendingTimes(10);
        double noise = 0.7;
        double alpha = 1 / (1 + sigmas[9] * sigmas[9]);
        double scaled = Math.sqrt(alpha) * sigmas[9] * noise;
        for (int i = 9; i >= 0; i--) {
            double image = DATA.denoise(scaled / Math.sqrt(alpha), sigmas[i]);
            double predictedNoise = (scaled - Math.sqrt(alpha) * image) / Math.sqrt(1 - alpha);
            alpha = i == 0 ? 1 : 1 / (1 + sigmas[i - 1] * sigmas[i - 1]);
            scaled = Math.sqrt(alpha) * image + Math.sqrt(1 - alpha) * predictedNoise;
        }
        try (Scope scope = Scope.open()) {
            Tensor z = testDevice().move(HostTensors.ofDoubles(new double[] {noise}, 1, 1, 1, 1));
            Tensor x = new DeterministicSampler(OdeSolver.DDIM, 10)
                    .generate(DATA, z)
                    .x();

            // The denoiser here sees float64, there float32.
            assertThat(x.item_double()).isCloseTo(scaled, within(1e-6));
        }
    }

    /** β from 1e-4 to 0.02 in 1,000 steps, the process of DDPM and DDIM: the grid takes every k-th step, to 3 %. */
    @Test
    void ddimStepsEvenlyThroughTheDiscreteProcess() {
        double[] process = new double[1001];
        double alpha = 1;
        for (int step = 1; step <= 1000; step++) {
            alpha *= 1 - (1e-4 + (0.02 - 1e-4) * (step - 1) / 999);
            process[step] = Math.sqrt((1 - alpha) / alpha);
        }
        double[] sigmas = OdeSolver.DDIM.ascendingTimes(12);
        int last = 933; // the discrete process passes T = 80 here; it ends at 157

        for (int i = 2; i < 12; i++) {
            double step = last * i / 11.0;
            double below = process[(int) step];
            double expected = below + (step - Math.floor(step)) * (process[(int) step + 1] - below);
            assertThat(sigmas[i]).isCloseTo(expected, within(0.03 * expected));
        }
    }

    @ParameterizedTest
    @EnumSource
    void gridsReachFromSigmaMinToT(OdeSolver solver) {
        for (int points : new int[] {2, 3, 18, 200}) {
            double[] times = solver.ascendingTimes(points);

            assertThat(times).hasSize(points).isSorted();
            assertThat(Arrays.stream(times).distinct()).hasSize(points);
            assertThat(times[0]).isCloseTo(SIGMA_MIN, within(1e-12));
            assertThat(times[points - 1]).isCloseTo(SIGMA_MAX, within(1e-12));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsFloat64AndShowsTheDenoiserFloat32(OdeSolver solver) {
        try (Scope scope = Scope.open()) {
            Tensor weight = testDevice().full(0.5, 1).set_requires_grad(true);
            Denoiser strict = (x, sigma) -> {
                assertThat(x.scalar_type().intern()).isEqualTo(ScalarType.Float);
                assertThat(sigma.scalar_type().intern()).isEqualTo(ScalarType.Float);
                assertThat(sigma.shape()).containsExactly(x.size(0));
                return x.mul(weight);
            };
            Tensor image = image(3);
            double[] before = HostTensors.doubles(image);
            DeterministicSampler sampler = new DeterministicSampler(solver, 3);
            for (OdeSolution solution : List.of(sampler.generate(strict, image), sampler.invert(strict, image))) {
                assertThat(solution.x().scalar_type().intern()).isEqualTo(ScalarType.Double);
                assertThat(solution.x().shape()).containsExactly(image.shape());
                assertThat(solution.x().requires_grad()).isFalse();
            }
            assertThat(HostTensors.doubles(image)).containsExactly(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void freesWhatItsStepsMade(OdeSolver solver) {
        try (Scope scope = Scope.open()) {
            List<Tensor> seen = new ArrayList<>();
            Denoiser recording = (x, sigma) -> {
                seen.add(x);
                return DATA.denoise(x, sigma);
            };
            Tensor image = image(1);
            OdeSolution solution = new DeterministicSampler(solver, 4).invert(recording, image);

            assertThat(seen).hasSize(solution.nfe()).allMatch(tensor -> tensor.isNull());
            assertThat(List.of(image, solution.x())).noneMatch(tensor -> tensor.isNull());
        }
    }

    @Test
    void aSinglePointIsNoGrid() {
        assertThatThrownBy(() -> new DeterministicSampler(OdeSolver.HEUN, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2 points, not 1");
    }

    /** Pixels from -0.8 to 0.8, float64 [count,1,1,2]. */
    private static Tensor image(int count) {
        double[] pixels = new double[2 * count];
        Arrays.setAll(pixels, i -> -0.8 + 1.6 * i / (2 * count - 1));
        return testDevice().move(HostTensors.ofDoubles(pixels, count, 1, 1, 2));
    }

    private static double largest(Tensor difference) {
        return difference.abs().max().item_double();
    }
}
