package org.bcm4j.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.IctFixture;
import org.bcm4j.training.terms.Denoising;
import org.bcm4j.training.terms.EdmDenoiser;
import org.bcm4j.training.terms.EdmLoss;
import org.bcm4j.training.terms.IntervalLaw;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bcm4j.training.terms.TrainedFunction;
import org.bcm4j.training.terms.TrainingBatch;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdmLossTest {
    private static final int PIXELS = 40_000;

    /**
     * On data of σ_data the posterior's variance is 1/λ(σ), so the ideal denoiser's loss is 1 a pixel at every σ. The
     * mean of 40,000 squares of normal numbers has a standard deviation of 0.7 %.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.3, 2, 80})
    void theIdealDenoiserLosesOneAPixel(double sigma) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(7, testDevice())) {
            GaussianData data = new GaussianData(0.2, 0.5);
            Tensor images = generator
                    .normal(1, 1, 1, PIXELS)
                    .mul(scalar(data.deviation()))
                    .add(scalar(data.mean()));
            Tensor noise = generator.normal(1, 1, 1, PIXELS);
            Tensor scale = testDevice().full(sigma, 1);

            Tensor loss = EdmLoss.EDM.apply(data, images, noise, scale);
            assertThat(loss.item_double() / PIXELS).isCloseTo(1, within(0.03));
        }
    }

    @Test
    void isTheEquationForEachImage() {
        try (Scope scope = Scope.open()) {
            Tensor images = testDevice().move(HostTensors.ofFloats(new float[] {0.5f, -1, 0.25f, 0}, 2, 1, 2, 1));
            Tensor noise = testDevice().move(HostTensors.ofFloats(new float[] {1, 2, -1, 0.5f}, 2, 1, 2, 1));
            Tensor loss = EdmLoss.EDM.apply(
                    (x, sigma) -> x, images, noise, testDevice().floats(0.2, 3));

            // D(x) = x errs by σz; λ(0.2) = 0.29/0.01, λ(3) = 9.25/2.25.
            assertThat(HostTensors.doubles(loss))
                    .containsExactly(new double[] {29 * 0.04 * (1 + 4), 9.25 / 2.25 * 9 * (1 + 0.25)}, within(1e-5));
        }
    }

    @Test
    void noiseScalesAreLogNormal() {
        try (Scope scope = Scope.open()) {
            Tensor sigma = EdmLoss.EDM.sigma(testDevice().floats(-2, 0, 1));

            assertThat(HostTensors.doubles(sigma))
                    .containsExactly(new double[] {Math.exp(-3.6), Math.exp(-1.2), 1}, within(1e-6));
        }
    }

    /**
     * The other form of the same loss: the raw output regressed on its target with weight 1. Values and gradients agree
     * to float32's rounding. Measured: 0 and 4e-7.
     */
    @Test
    void agreesWithTheRegressionOfTheRawOutput() {
        AdmUNet network = IctFixture.network(Conditioning.TIME);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, testDevice());
                Weights stored = IctFixture.weights();
                Weights live = stored.trainable()) {
            Fixture fixture = IctFixture.open();
            Tensor images = generator.uniform(3, 3, 16, 16);
            Tensor noise = generator.normal(3, 3, 16, 16);
            Tensor sigma = testDevice().floats(0.05, 0.6, 4);
            Optional<Tensor> labels = Optional.of(fixture.tensor("y"));
            Pass pass = Pass.evaluating(live);

            Tensor loss = EdmLoss.EDM
                    .apply(new EdmDenoiser(network, pass, labels), images, noise, sigma)
                    .mean();
            loss.backward();
            Tensor gradient = live.gradient().clone();
            live.gradient().zero_();

            TrainingBatch example = new TrainingBatch(images, noise, sigma, sigma, sigma, labels);
            ConsistencyFunction function = new ConsistencyFunction(network, ModelKind.BIDIRECTIONAL);
            Tensor regression = new Denoising(IntervalLaw.Settings.paper(EndPoints.INCLUDED))
                    .of(new TrainedFunction(function, live, stored), example)
                    .total()
                    .mul(scalar(768.0)); // a mean over pixels there, a sum here
            regression.backward();

            assertThat(loss.item_double() / regression.item_double()).isCloseTo(1, within(1e-5));
            assertThat(Fixture.relativeErrorOfNorm(gradient, live.gradient())).isLessThan(1e-4);
            assertThat(gradient.norm().item_double()).isPositive();
        }
    }

    @Test
    void aLawWithoutSpreadIsRefused() {
        assertThatThrownBy(() -> new EdmLoss(-1.2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("log_deviation must be positive");
        assertThatThrownBy(() -> new EdmLoss(Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
