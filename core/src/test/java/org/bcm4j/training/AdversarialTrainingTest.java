package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.AdmUNet;
import org.bcm4j.unet.Conditioning;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdversarialTrainingTest {
    private static final int CLASSES = 3;
    private static final AdmConfig CONFIG = new AdmConfig(
            8, 1, 1, 8, List.of(1, 2), 1, List.of(4), 4, false, 0.0, 16, Conditioning.JOINT, CLASSES, true, true);
    private static final AdversarialTraining SETTINGS = settings(2, 0.5);

    @TempDir
    Path directory;

    private final ConsistencyFunction function =
            new ConsistencyFunction(new AdmUNet(CONFIG), Preconditioning.BIDIRECTIONAL);
    private Scope scope;
    private SeededGenerator generator;
    private TrainedWeights weights;
    private Weights average;
    private Adversary adversary;
    private Example example;

    private static AdversarialTraining settings(double weight, double penalty) {
        return settings(List.of("80 > 0"), weight, penalty);
    }

    private static AdversarialTraining settings(List<String> walks, double weight, double penalty) {
        return new AdversarialTraining(
                weight, 0.5, walks, 4, Optional.empty(), penalty, new OptimizerSettings(0.002, 0, 0.99, 1e-8, 1));
    }

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = new SeededGenerator(5, Device.CPU);
        weights = new TrainedWeights(random(), 1);
        average = random();
        adversary = new Adversary(SETTINGS, CONFIG, 7, Device.CPU, 1);
        example = new Example(
                generator.uniform(8, 1, 8, 8).mul(new Scalar(2.0)).sub(new Scalar(1.0)),
                generator.normal(8, 1, 8, 8),
                Device.CPU.floats(1, 2, 3, 4, 5, 6, 7, 8),
                Device.CPU.floats(0.9, 1.9, 2.9, 3.9, 4.9, 5.9, 6.9, 7.9),
                Device.CPU.floats(2, 3, 4, 5, 6, 7, 8, 9),
                Optional.of(Device.CPU.integers(0, 1, 2, 3, 0, 1, 2, 3)));
    }

    private Weights random() {
        Weights values = Weights.zeros(function.network().layout(), Device.CPU);
        values.views()
                .values()
                .forEach(view -> view.copy_(generator.normal(view.shape()).mul(new Scalar(0.3))));
        return values;
    }

    @AfterEach
    void close() {
        average.close();
        adversary.close();
        weights.close();
        generator.close();
        scope.close();
    }

    private AdversarialTraining.Losses losses(AdversarialTraining settings) {
        return settings.apply(function, live(), average(), adversary, 0, example, estimates(), generator::normal);
    }

    /** What consistency training makes of the noisy images. */
    private Tensor estimates() {
        return function.apply(
                live(), example.diffused(example.tNext()), example.tNext(), example.timeZero(), example.labels());
    }

    private AdversarialTraining.Pairs pairs(AdversarialTraining settings, Example some) {
        Tensor walked = settings.walked(function, live(), average(), some, generator::normal);
        return settings.pairs(walked, some, estimates());
    }

    private Pass live() {
        return Pass.evaluating(weights.live(0));
    }

    /** Weights that are not the live ones. */
    private Pass average() {
        return Pass.evaluating(average);
    }

    private float[] judged(Tensor images, Optional<Tensor> labels) {
        Pass constant = Pass.evaluating(adversary.weights.constant);
        return HostTensors.floats(adversary.discriminator.apply(constant, images, labels));
    }

    /** Of six images, three by each of two walks, and the estimates of the first three once more. */
    @Test
    void estimatesOfNoisyImagesAreJudgedBesideWalks() {
        AdversarialTraining settings = settings(List.of("80 > 0", "80 > 3 > 0"), 2, 0.5);
        Example six = example.first(6);
        Tensor walked = generator.uniform(6, 1, 8, 8);
        AdversarialTraining.Pairs pairs = settings.pairs(walked, six, estimates());
        Tensor first = estimates().narrow(0, 0, 3);
        assertThat(HostTensors.floats(pairs.made()))
                .isEqualTo(HostTensors.floats(clamped(torch.cat(new TensorVector(walked, first), 0))));
        assertThat(HostTensors.floats(pairs.images())).isEqualTo(HostTensors.floats(six.images()));
        assertThat(HostTensors.longs(pairs.labelsOfMade().orElseThrow())).containsExactly(0, 1, 2, 3, 0, 1, 0, 1, 2);
        assertThat(HostTensors.floats(pairs.matched(Device.CPU.floats(10, 11, 12, 13, 14, 15))))
                .containsExactly(10, 11, 12, 13, 14, 15, 10, 11, 12);
    }

    /** What is darker than black is saved as black, and is judged as that. */
    @Test
    void noImageIsJudgedOutsideTheRangeOfImages() {
        weights.values.flat().detach().mul_(new Scalar(3.0));
        Tensor made = pairs(SETTINGS, example.first(4)).made();
        assertThat(made.min().item_float()).isEqualTo(-1f);
        assertThat(made.max().item_float()).isEqualTo(1f);
    }

    private static Tensor clamped(Tensor images) {
        return images.clamp(new ScalarOptional(new Scalar(-1.0)), new ScalarOptional(new Scalar(1.0)));
    }

    /** Two of six images each. */
    @Test
    void theLastMoveOfEachWalkIsTheLiveWeights() {
        AdversarialTraining settings = settings(List.of("80 > 3 > 0", "80 > 0 +0.5 > 0", "80 > 0"), 2, 0.5);
        SeededGenerator twin = new SeededGenerator(11, Device.CPU);
        Example six = example.first(6);
        Tensor made;
        try (SeededGenerator drawn = new SeededGenerator(11, Device.CPU)) {
            made = settings.walked(function, live(), average(), six, drawn::normal);
        }
        Tensor noise = six.noise().mul(new Scalar(NoiseScales.SIGMA_MAX));
        Tensor above = walked(noise, 0, 3);
        Tensor image = walked(noise, 2, NoiseScales.SIGMA_MIN);
        Tensor again;
        try (twin) {
            again = image.add(twin.normal(2, 1, 8, 8).mul(new Scalar(0.5)));
        }
        Tensor expected = function.apply(
                live(),
                torch.cat(new TensorVector(above, again, noise.narrow(0, 4, 2)), 0),
                Device.CPU.floats(3, 3, 0.5, 0.5, 80, 80),
                six.timeZero(),
                six.labels());
        // Convolutions of other batch sizes may add in another order.
        assertThat(HostTensors.floats(made))
                .usingComparatorWithPrecision(1e-5f)
                .isEqualTo(HostTensors.floats(expected));
    }

    /** Two of the points at T, from the {@code first} on, taken to {@code to} by the averaged weights. */
    private Tensor walked(Tensor noise, int first, double to) {
        return function.apply(
                average(),
                noise.narrow(0, first, 2),
                Device.CPU.full(NoiseScales.SIGMA_MAX, 2),
                Device.CPU.full(to, 2),
                example.labels().map(all -> all.narrow(0, first, 2)));
    }

    /** Four by the walk, and their four estimates, judged in float32 whatever the precision they are made in. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void theLossesAreThoseOfPairs(Precision precision) {
        AdversarialTraining.Pairs pairs;
        AdversarialTraining.Losses losses;
        try (Precision.Guard guard = precision.on(Device.CPU)) {
            pairs = pairs(SETTINGS, example.first(4));
            losses = losses(settings(2, 0));
        }
        float[] real = judged(pairs.images(), pairs.labels());
        float[] fake = judged(pairs.made(), pairs.labelsOfMade());
        assertThat(fake).hasSize(8);
        double generatorLoss = 0;
        double discriminatorLoss = 0;
        for (int i = 0; i < 8; i++) {
            generatorLoss += 2 * Math.log1p(Math.exp(real[i % 4] - fake[i])) / 8;
            discriminatorLoss += Math.log1p(Math.exp(fake[i] - real[i % 4])) / 8;
        }
        // float32 against double.
        assertThat(losses.generator().item_double()).isCloseTo(generatorLoss, within(1e-5 * generatorLoss));
        assertThat(losses.discriminator().item_double()).isCloseTo(discriminatorLoss, within(1e-5 * discriminatorLoss));
    }

    /** The mean of 3,000 draws of a variable whose standard deviation is at most √2 times its mean has an error of 2.6 %; four of them. */
    @Test
    void thePenaltyIsTheSquareOfTheGradient() {
        AdversarialTraining.Pairs pairs = pairs(SETTINGS, example.first(4));
        double expected =
                (squaredGradient(pairs.images(), pairs.labels()) + squaredGradient(pairs.made(), pairs.labelsOfMade()))
                        / 2;

        double with = 0;
        double without = 0;
        for (int i = 0; i < 3000 / 8; i++) {
            try (Scope inner = Scope.open()) {
                with += losses(settings(2, 1)).discriminator().item_double();
                without += losses(settings(2, 0)).discriminator().item_double();
            }
        }
        assertThat((with - without) / (3000 / 8)).isCloseTo(expected, within(0.105 * expected));
    }

    /** ‖∇D‖², its mean over images. */
    private double squaredGradient(Tensor images, Optional<Tensor> labels) {
        Tensor leaf = images.detach().clone().set_requires_grad(true);
        Pass constant = Pass.evaluating(adversary.weights.constant);
        adversary.discriminator.apply(constant, leaf, labels).sum().backward();
        return leaf.grad().square().sum().item_double() / images.size(0);
    }

    @Test
    void noGradientOfTheOneReachesTheOthersWeights() {
        AdversarialTraining.Losses losses = losses(SETTINGS);
        losses.generator().backward();
        assertThat(norm(weights)).isPositive();
        assertThat(norm(adversary.weights)).isZero();

        weights.clearGradient();
        losses.discriminator().backward();
        assertThat(norm(weights)).isZero();
        assertThat(norm(adversary.weights)).isPositive();
    }

    private static double norm(TrainedWeights weights) {
        return weights.withGradient().gradient().norm().item_double();
    }

    /** At chance a pair costs log 2 = 0.69. */
    @Test
    void theDiscriminatorLearnsToTellImagesApart() {
        assertThat(lossOfDiscriminatorAfterSteps(settings(2, 0.01))).isLessThan(0.2);
    }

    private double lossOfDiscriminatorAfterSteps(AdversarialTraining settings) {
        double last = 0;
        for (int i = 0; i < 100; i++) {
            try (Scope inner = Scope.open()) {
                adversary.weights.clearGradient();
                Tensor loss = losses(settings).discriminator();
                loss.backward();
                adversary.optimizer.update(adversary.weights.withGradient(), 0.002);
                last = loss.item_double();
            }
        }
        return last;
    }

    /** As well as one whose every layer learns; the classifier's own weights are not among those that learn. */
    @Test
    void aDiscriminatorCanLookThroughAClassifier() {
        Path classifier = TinyFeatures.write(directory.resolve("features"), 8);
        AdversarialTraining settings = new AdversarialTraining(
                2,
                0.5,
                List.of("80 > 0"),
                8,
                Optional.of(classifier),
                0,
                new OptimizerSettings(0.002, 0, 0.99, 1e-8, 1));
        adversary.close();
        adversary = new Adversary(settings, CONFIG, 7, Device.CPU, 1);
        String before = Checksum.sha256(classifier.resolve("model.safetensors"));

        assertThat(lossOfDiscriminatorAfterSteps(settings)).isLessThan(0.2);
        losses(settings).generator().backward();
        assertThat(norm(weights))
                .as("what reaches the model through the classifier")
                .isPositive();
        assertThat(adversary.discriminator.layout().slots().keySet()).noneMatch(name -> name.startsWith("first"));
        assertThat(Checksum.sha256(classifier.resolve("model.safetensors"))).isEqualTo(before);
    }

    @Test
    void aClassifierOfOtherImagesIsRefused() {
        Path other = TinyFeatures.write(directory.resolve("features"), 12);
        TrainingConfig config = TinyRun.config(directory.resolve("data"), "adversarial.features=" + other);
        assertThatThrownBy(() -> Trainer.start(config, directory.resolve("run")))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "adversarial.features: " + other + " looks at images of 1 x 12 x 12, the network makes some of"
                                + " 1 x 8 x 8; train another with `bcm features train --data`");
    }

    /** The warm-up has no discriminator, the objective's steps do. */
    @Test
    void bothLossesArePartOfEveryStepOfTheObjective() {
        TrainingConfig config = TinyRun.config(directory.resolve("data"), "adversarial.width=4", "output.log_every=1");
        List<Map<String, Double>> measured = new ArrayList<>();
        try (Trainer trainer = Trainer.start(config, directory.resolve("run"))) {
            trainer.run(new EachStep(record -> measured.add(record.values())));
        }
        assertThat(measured).hasSize(60);
        assertThat(measured.subList(0, 10))
                .allSatisfy(step -> assertThat(step).doesNotContainKeys("loss/adversarial", "loss/discriminator"));
        assertThat(measured.subList(10, 60)).allSatisfy(step -> {
            assertThat(step.get("loss/adversarial")).isPositive();
            assertThat(step.get("loss/discriminator")).isPositive();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    weight=0   | adversarial: weight must be positive, is 0.0
                    share=2    | adversarial: share 2.0 is not in (0, 1]
                    walks=[] | adversarial: walks must not be empty
                    walks=[80 > 2] | adversarial: walk "80 > 2" does not lead from 80 to 0
                    width=0    | adversarial: width must be positive, is 0
                    penalty=-1 | adversarial: penalty must not be negative, is -1.0
                    """)
    void whatCanNotBeMeantIsRefused(String setting, String message) {
        assertThatThrownBy(() -> TinyRun.config(directory.resolve("data"), "adversarial." + setting))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }
}
