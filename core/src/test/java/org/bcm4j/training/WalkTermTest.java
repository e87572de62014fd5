package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.AdmUNet;
import org.bcm4j.unet.Conditioning;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WalkTermTest {
    private static final AdmConfig CONFIG = new AdmConfig(
            8, 1, 1, 8, List.of(1, 2), 1, List.of(4), 4, false, 0.0, 16, Conditioning.JOINT, 0, false, true);

    @TempDir
    Path directory;

    private final ConsistencyFunction function =
            new ConsistencyFunction(new AdmUNet(CONFIG), Preconditioning.BIDIRECTIONAL);
    private final PseudoHuber distance = PseudoHuber.forDimension(64);
    private Scope scope;
    private SeededGenerator generator;
    private Weights live;
    private Weights average;
    private Example example;

    @BeforeEach
    void open() {
        scope = Scope.open();
        generator = new SeededGenerator(5, Device.CPU);
        try (Weights weights = random()) {
            live = weights.trainable();
        }
        average = random();
        example = new Example(
                generator.uniform(4, 1, 8, 8),
                generator.normal(4, 1, 8, 8),
                Device.CPU.floats(1, 2, 3, 4),
                Device.CPU.floats(0.9, 1.9, 2.9, 3.9),
                Device.CPU.floats(2, 3, 4, 5),
                Optional.empty());
    }

    private Weights random() {
        Weights weights = Weights.zeros(function.network().layout(), Device.CPU);
        weights.views()
                .values()
                .forEach(view -> view.copy_(generator.normal(view.shape()).mul(new Scalar(0.3))));
        return weights;
    }

    @AfterEach
    void close() {
        average.close();
        live.close();
        generator.close();
        scope.close();
    }

    private Tensor loss(WalkTerm term) {
        return term.apply(
                function, Pass.evaluating(live), Pass.evaluating(average), example, generator::normal, distance);
    }

    /** Half of four images are two. By hand: the averaged weights go to 1.2 and then to 0, the live ones go at once. */
    @Test
    void comparesOneEvaluationOfTheLiveWeightsWithTheWalkOfTheAveragedOnes() {
        Tensor noise = example.noise().narrow(0, 0, 2).mul(new Scalar(80.0));
        Tensor slow = traverse(average, traverse(average, noise, 80, 1.2), 1.2, NoiseScales.SIGMA_MIN);
        Tensor quick = traverse(live, noise, 80, NoiseScales.SIGMA_MIN);
        double expected = 3 * distance.apply(quick, slow).mean().item_double();

        assertThat(expected).isPositive();
        // The same operations in the same order, in float32.
        assertThat(loss(new SelfDistillation("80 > 1.2 > 0", 3, 0.5)).item_double())
                .isCloseTo(expected, within(1e-6 * expected));
    }

    private Tensor traverse(Weights weights, Tensor x, double from, double to) {
        return function.apply(
                Pass.evaluating(weights), x, Device.CPU.full(from, 2), Device.CPU.full(to, 2), Optional.empty());
    }

    /** Half of four images are two. By hand: the averaged weights go up by way of 9, the live ones come back at once. */
    @Test
    void comparesImagesWithWhatTheLiveWeightsMakeOfTheirInversionsByTheAveragedOnes() {
        Tensor images = example.images().narrow(0, 0, 2);
        Tensor inverted = traverse(average, traverse(average, images, NoiseScales.SIGMA_MIN, 9), 9, 80);
        Tensor back = traverse(live, inverted, 80, NoiseScales.SIGMA_MIN);
        double expected = 3 * distance.apply(back, images).mean().item_double();

        assertThat(expected).isPositive();
        // The same operations in the same order, in float32.
        assertThat(loss(new Reflow("0 > 9 > 80", 3, 0.5)).item_double()).isCloseTo(expected, within(1e-6 * expected));
    }

    private static Stream<WalkTerm> walksWithAddedNoise() {
        return Stream.of(
                new SelfDistillation("80 > 1.2 > 0 +0.2 > 0.8 > 0", 1, 1), new Reflow("0 +0.08 > 11 > 80", 1, 1));
    }

    @ParameterizedTest
    @MethodSource("walksWithAddedNoise")
    void onlyTheLiveWeightsTakeAGradient(WalkTerm term) {
        loss(term).backward();
        assertThat(live.gradient().norm().item_double()).isPositive();
        average.views()
                .forEach((name, view) ->
                        assertThat(view.grad().defined()).as(name).isFalse());
    }

    /** The warm-up has no such term, the objective's steps do. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    self_distillation.walk=80 > 1.2 > 0 | loss/distillation
                    reflow.walk=0 +0.08 > 11 > 80       | loss/reflow
                    """)
    void theTermIsPartOfEveryStepOfTheObjective(String setting, String logged) {
        TrainingConfig config = TinyRun.config(directory.resolve("data"), setting, "output.log_every=1");
        List<Map<String, Double>> measured = new ArrayList<>();
        try (Trainer trainer = Trainer.start(config, directory.resolve("run"))) {
            trainer.run(new EachStep(record -> measured.add(record.values())));
        }
        assertThat(measured).hasSize(60);
        assertThat(measured.subList(0, 10)).allSatisfy(step -> assertThat(step).doesNotContainKey(logged));
        assertThat(measured.subList(10, 60))
                .allSatisfy(step -> assertThat(step.get(logged)).isPositive());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    self_distillation | 80 > 1.2 > 0      | walk=80 > 1.2 | walk "80 > 1.2" does not lead from 80 to 0
                    self_distillation | 80 > 1.2 > 0      | walk=80 > 90  | 90
                    self_distillation | 80 > 1.2 > 0      | weight=0      | weight must be positive, is 0.0
                    self_distillation | 80 > 1.2 > 0      | share=2       | share 2.0 is not in (0, 1]
                    reflow            | 0 +0.08 > 11 > 80 | walk=0 > 11   | walk "0 > 11" does not lead from 0 to 80
                    reflow            | 0 +0.08 > 11 > 80 | walk=80 > 0   | walk "80 > 0" does not lead from 0 to 80
                    reflow            | 0 +0.08 > 11 > 80 | weight=0      | weight must be positive, is 0.0
                    reflow            | 0 +0.08 > 11 > 80 | share=2       | share 2.0 is not in (0, 1]
                    """)
    void whatCanNotBeMeantIsRefused(String term, String walk, String setting, String message) {
        assertThatThrownBy(
                        () -> TinyRun.config(directory.resolve("data"), term + ".walk=" + walk, term + "." + setting))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(term + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    self_distillation | 80 > 1.2 > 0
                    reflow            | 0 > 11 > 80
                    """)
    void aModelThatKnowsNoMiddleTimesIsRefused(String term, String walk) {
        assertThatThrownBy(() ->
                        TinyRun.config(directory.resolve("data"), term + ".walk=" + walk, "objective.kind=consistency"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(term + " needs objective bidirectional-consistency");
    }
}
