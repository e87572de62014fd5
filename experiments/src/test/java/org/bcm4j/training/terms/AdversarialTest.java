package org.bcm4j.training.terms;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
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
    private static final int IMAGES = 600;

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

    private static Set<Float> distinct(Tensor numbers) {
        Set<Float> distinct = new TreeSet<>();
        for (float number : HostTensors.floats(numbers)) {
            distinct.add(number);
        }
        return distinct;
    }

    /** The loss for images of one grey level. The network makes images of another. */
    private Loss loss(StubNetwork network, Adversarial term, Weights live, Adversary adversary) {
        return term.apply(network.inputs(live, testDevice().full(0.5, IMAGES, 1, 8, 8), 5, 1, adversary));
    }

    /** Noise alone has the scale T and shows nothing of the image; the other points lie on the image's diffusion. */
    @Test
    void imagesAreMadeOfNoiseAndOfImagesAtAllTimes() {
        StubNetwork network = new StubNetwork(0.5, 0);
        int count = 400;
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            Tensor images = testDevice().full(0.5, count, 1, 8, 8);
            for (double fromNoise : new double[] {0, 1}) {
                Adversarial.Draws draws = term(1, fromNoise).draw(network.inputs(live, images, 9, 1, adversary), count);
                Tensor shown = images.mul(scalar(1 - fromNoise));
                Tensor noise = draws.start().sub(shown).div(draws.t().view(-1, 1, 1, 1));
                // 25,600 numbers.
                assertThat(noise.mean().item_double()).isCloseTo(0, within(0.03));
                assertThat(noise.square().mean().item_double()).isCloseTo(1, within(0.04));
                Set<Float> times = distinct(draws.t());
                assertThat(times).hasSize(fromNoise == 1 ? 1 : 8).contains(80f).doesNotContain(0.002f);
                assertThat(HostTensors.floats(draws.zero())).containsOnly(0.002f);
            }
        }
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
            double generator = part(loss, "generator").item_double();
            double discriminator = part(loss, "discriminator").item_double();
            // What an Euler step of 80 in float32 makes of the grey level differs by 1e-5.
            assertThat(generator).isCloseTo(Math.log(2), within(1e-4));
            assertThat(discriminator).isGreaterThan(Math.log(2));
            assertThat(loss.total().item_double()).isCloseTo(2 * generator + discriminator, within(1e-5));

            double steepness = (discriminator - generator) / GAMMA;
            Tensor x = testDevice().full(0.5, 1, 1, 8, 8).set_requires_grad(true);
            adversary.constant(x, Optional.empty()).sum().backward();
            double slope = x.grad().square().sum().item_double();
            // The standard deviation of the estimate from 2 · 600 directions is √(2/1200) = 4 % of it.
            assertThat(steepness / slope).isCloseTo(1, within(0.15));
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
            return part(loss, "generator").item_double();
        }
    }

    /** θ has the gradient of λ·L_G, and ψ that of L_D. */
    @Test
    void eachSideHasItsOwnGradient() {
        AdmUNet network = new AdmUNet(LossGradientsTest.CONFIG);
        ConsistencyFunction function = new ConsistencyFunction(network, ModelKind.BIDIRECTIONAL);
        Tensor x = generator.uniform(4, 1, 8, 8);
        Tensor t = testDevice().floats(80, 80, 3, 0.4);
        Adversarial.Draws draws = new Adversarial.Draws(
                x,
                Optional.empty(),
                x.add(generator.normal(4, 1, 8, 8).mul(t.view(-1, 1, 1, 1))),
                t,
                testDevice().full(0.002, 4),
                generator.normal(8, 1, 8, 8));
        try (Weights weights = Weights.filled(
                        network.layout(),
                        testDevice(),
                        all -> all.views()
                                .values()
                                .forEach(view -> view.copy_(
                                        generator.normal(view.shape()).mul(scalar(0.1)))));
                Weights live = weights.trainable();
                Adversary adversary = adversary(LossGradientsTest.CONFIG)) {
            adversary.begin(weights);
            TrainedFunction f = new TrainedFunction(function, live, weights);
            float[][] total = gradients(f, draws, adversary, Loss::total);
            float[][] generators = gradients(
                    f, draws, adversary, loss -> part(loss, "generator").mul(scalar(3.0)));
            float[][] discriminators = gradients(f, draws, adversary, loss -> part(loss, "discriminator"));
            // Sums in another order, in float32.
            assertThat(total[0]).containsExactly(generators[0], within(1e-5f));
            assertThat(total[1]).containsExactly(discriminators[1], within(1e-5f));
            assertThat(generators[1]).containsOnly(0);
            assertThat(discriminators[0]).containsOnly(0);
            assertThat(largest(generators[0])).isGreaterThan(1e-3f);
            assertThat(largest(discriminators[1])).isGreaterThan(1e-3f);
        }
    }

    private static Tensor part(Loss loss, String name) {
        return requireNonNull(loss.parts().get(name));
    }

    private static float largest(float[] numbers) {
        float most = 0;
        for (float number : numbers) {
            most = Math.max(most, Math.abs(number));
        }
        return most;
    }

    /** The gradients of θ and of ψ. */
    private static float[][] gradients(
            TrainedFunction f, Adversarial.Draws draws, Adversary adversary, Function<Loss, Tensor> of) {
        f.live().gradient().zero_();
        adversary.clearGradient();
        of.apply(term(3, 1).of(f, draws, adversary, 0, testDevice())).backward();
        return new float[][] {HostTensors.floats(f.live().gradient()), HostTensors.floats(adversary.gradient())};
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
}
