package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdversarialTest {
    private static final AdmConfig CLASSES = new AdmConfig(
            8, 1, 1, 0, 8, List.of(1, 2), 1, List.of(4), 4, false, 0, 16, Conditioning.JOINT, 3, true, true);
    private static final OptimizerSettings OPTIMIZER = new OptimizerSettings(0.002, 0.5, 0.99, 1e-8, 1);
    private static final double GAMMA = 0.3;
    private static final int IMAGES = 6;

    private Scope scope;
    private SeededGenerator generator;

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = new SeededGenerator(5, testDevice());
    }

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    private static Adversary adversary(AdmConfig network) {
        return new Adversary(new TermSetting(network, network.build().layout(), 3, testDevice()), 8, OPTIMIZER);
    }

    private static Adversarial term(double weight, double fromNoise) {
        return new Adversarial(weight, 1, fromNoise, 8, GAMMA, OPTIMIZER);
    }

    /** The loss for images of one grey level. The network makes images of another. */
    private Loss loss(StubNetwork network, Adversarial term, Weights live, Adversary adversary) {
        return term.apply(network.inputs(live, testDevice().full(0.5, IMAGES, 1, 8, 8), 5, 1, adversary));
    }

    /** Noise alone has the scale T, and images that of any point of the grid but the first. */
    @Test
    void imagesAreMadeOfNoiseAndOfImagesAtAllTimes() {
        StubNetwork network = new StubNetwork(0.5, 0);
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            loss(network, term(1, 1), live, adversary);
            loss(network, term(1, 0), live, adversary);
        }
        assertThat(network.calls).hasSize(2);
        assertThat(network.calls.get(0).t()).containsOnly(80);
        assertThat(Arrays.stream(network.calls.get(1).t()).distinct()).hasSizeGreaterThan(1);
        assertThat(Arrays.stream(network.calls.get(1).t())).allMatch(t -> t > 0.0021 && t < 80.1);
        network.calls.forEach(call -> assertThat(call.u()).containsOnly((double) 0.002f));
    }

    /**
     * The losses by their equations. Where both images are the same, each comparison is softplus(0) = ln 2, and the
     * penalty is γ·‖∇D‖².
     */
    @Test
    void equalImagesCannotBeTold() {
        StubNetwork network = new StubNetwork(0.5, 0);
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            adversary.begin(weights);
            Loss loss = loss(network, term(2, 1), live, adversary);
            double generator = loss.parts().get("generator").item_double();
            double discriminator = loss.parts().get("discriminator").item_double();
            // What an Euler step of 80 in float32 makes of the grey level differs by 1e-5.
            assertThat(generator).isCloseTo(Math.log(2), within(1e-4));
            assertThat(discriminator).isGreaterThan(Math.log(2));
            assertThat(loss.total().item_double()).isCloseTo(2 * generator + discriminator, within(1e-5));

            double steepness = (discriminator - generator) / GAMMA;
            Tensor x = testDevice().full(0.5, 1, 1, 8, 8).set_requires_grad(true);
            adversary.constant(x, Optional.empty()).sum().backward();
            double slope = x.grad().square().sum().item_double();
            // Twelve random directions: the estimate's standard deviation is √(2/12) of it.
            assertThat(steepness / slope).isBetween(0.2, 2.5);
        }
    }

    @Test
    void theDiscriminatorLearnsToTellAndTheModelFeelsIt() {
        StubNetwork network = new StubNetwork(-0.5, 0);
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            adversary.begin(weights);
            double before = step(network, live, adversary, 0);
            double after = before;
            for (int step = 1; step < 60; step++) {
                after = step(network, live, adversary, step);
            }
            assertThat(after).isGreaterThan(before + 1);
        }
    }

    /** Makes an update of the discriminator, and returns L_G before it. */
    private double step(StubNetwork network, Weights live, Adversary adversary, int step) {
        try (Scope inner = Scope.open()) {
            adversary.clearGradient();
            Loss loss = loss(network, term(1, 1), live, adversary);
            loss.total().backward();
            adversary.update(step, 60);
            return loss.parts().get("generator").item_double();
        }
    }

    /** ψ has a gradient of L_D alone: the same whatever the weight of L_G. And x̂ has one of L_G alone. */
    @Test
    void eachSideHasItsOwnGradient() {
        StubNetwork network = new StubNetwork(-0.5, 0);
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            adversary.begin(weights);
            float[] light = gradient(network, live, adversary, 1);
            float[] heavy = gradient(network, live, adversary, 100);
            assertThat(heavy).isEqualTo(light);
            assertThat(light).doesNotContain(Float.NaN);
            Tensor x = testDevice().full(-0.5, 2, 1, 8, 8).set_requires_grad(true);
            adversary.clearGradient();
            adversary.constant(x, Optional.empty()).sum().backward();
            assertThat(HostTensors.floats(adversary.gradient())).containsOnly(0);
            assertThat(x.grad().norm().item_double()).isPositive();
        }
    }

    private float[] gradient(StubNetwork network, Weights live, Adversary adversary, double weight) {
        adversary.clearGradient();
        loss(network, term(weight, 1), live, adversary).total().backward();
        return HostTensors.floats(adversary.gradient());
    }

    /** Of the same image, the judgement depends on the class that it should have. */
    @Test
    void theDiscriminatorSeesTheClass() {
        try (Adversary adversary = adversary(CLASSES);
                Weights any = Weights.zeros(CLASSES.build().layout(), testDevice());
                NoGradients guard = new NoGradients()) {
            adversary.begin(any);
            Tensor x = generator.uniform(1, 1, 8, 8).expand(4, 1, 8, 8);
            float[] judged = HostTensors.floats(
                    adversary.constant(x, Optional.of(testDevice().integers(0, 1, 2, 3))));
            assertThat(judged).doesNotHaveDuplicates();
            float[] learning = HostTensors.floats(
                    adversary.learning(0, x, Optional.of(testDevice().integers(0, 1, 2, 3))));
            assertThat(learning).isEqualTo(judged);
        }
    }

    @ParameterizedTest
    @CsvSource({"28, 1, 16", "32, 3, 8", "8, 1, 4", "7, 1, 4", "64, 3, 4"})
    void imagesOfAnySizeAreJudged(int size, int channels, int width) {
        AdmConfig network = new AdmConfig(
                size, channels, 1, 0, 8, List.of(1), 1, List.of(), 4, false, 0, 16, Conditioning.JOINT, 0, false, true);
        Discriminator discriminator = new Discriminator(network, width);
        try (Weights psi = Weights.initialized(discriminator.layout(), generator, testDevice())) {
            Tensor judged = discriminator.apply(
                    Pass.evaluating(psi), generator.normal(2, channels, size, size), Optional.empty());
            assertThat(judged.shape()).containsExactly(2, 1);
            assertThat(HostTensors.floats(judged)).doesNotContain(Float.NaN).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 | 1   | 0.5 | 8 | 0.1  | weight must be positive, is 0.0
                    1 | 0   | 0.5 | 8 | 0.1  | share must lie in (0,1], is 0.0
                    1 | 1   | 1.5 | 8 | 0.1  | from_noise must lie in [0,1], is 1.5
                    1 | 1   | 0.5 | 0 | 0.1  | width must be positive, is 0
                    1 | 1   | 0.5 | 8 | -0.1 | penalty must not be negative, is -0.1
                    """)
    void settingsThatMeanNothingAreRefused(
            double weight, double share, double fromNoise, int width, double penalty, String message) {
        assertThatThrownBy(() -> new Adversarial(weight, share, fromNoise, width, penalty, OPTIMIZER))
                .hasMessageContaining(message);
    }

    @Test
    void theModelIsDrawnToWhatTheDiscriminatorTakesForReal() {
        StubNetwork network = new StubNetwork(-0.5, 0);
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            adversary.begin(weights);
            for (int step = 0; step < 60; step++) {
                step(network, live, adversary, step);
            }
            Tensor x = testDevice().full(-0.5, 1, 1, 8, 8).set_requires_grad(true);
            adversary.constant(x, Optional.empty()).sum().backward();
            // Real ones are lighter.
            assertThat(x.grad().sum().item_double()).isPositive();
        }
    }
}
