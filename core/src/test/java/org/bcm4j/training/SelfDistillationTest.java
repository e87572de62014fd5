package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelfDistillationTest {
    @TempDir
    Path directory;

    private LiveAndAverage models;

    @BeforeEach
    void open() {
        models = new LiveAndAverage();
    }

    @AfterEach
    void close() {
        models.close();
    }

    private Tensor loss(SelfDistillation distillation) {
        return distillation.apply(
                models.function,
                models.livePass(),
                models.averagePass(),
                models.example,
                models::noise,
                models.distance);
    }

    /** Half of four images are two. By hand: the averaged weights go to 1.2 and then to 0, the live ones go at once. */
    @Test
    void comparesOneEvaluationOfTheLiveWeightsWithTheWalkOfTheAveragedOnes() {
        Tensor noise = models.example.noise().narrow(0, 0, 2).mul(new Scalar(80.0));
        Tensor slow = models.traverse(
                models.average, models.traverse(models.average, noise, 80, 1.2), 1.2, NoiseScales.SIGMA_MIN);
        Tensor quick = models.traverse(models.live, noise, 80, NoiseScales.SIGMA_MIN);
        double expected = 3 * models.distance.apply(quick, slow).mean().item_double();

        assertThat(expected).isPositive();
        // The same operations in the same order, in float32.
        assertThat(loss(new SelfDistillation("80 > 1.2 > 0", 3, 0.5)).item_double())
                .isCloseTo(expected, within(1e-6 * expected));
    }

    @Test
    void onlyTheLiveWeightsTakeAGradient() {
        loss(new SelfDistillation("80 > 1.2 > 0 +0.2 > 0.8 > 0", 1, 1)).backward();
        assertThat(models.live.gradient().norm().item_double()).isPositive();
        models.average
                .views()
                .forEach((name, view) ->
                        assertThat(view.grad().defined()).as(name).isFalse());
    }

    /** The warm-up has no such term, the objective's steps do. */
    @Test
    void theTermIsPartOfEveryStepOfTheObjective() {
        TrainingConfig config =
                TinyRun.config(directory.resolve("data"), "self_distillation.walk=80 > 1.2 > 0", "output.log_every=1");
        List<Map<String, Double>> measured = new ArrayList<>();
        try (Trainer trainer = Trainer.start(config, directory.resolve("run"))) {
            trainer.run(new EachStep(record -> measured.add(record.values())));
        }
        assertThat(measured).hasSize(60);
        assertThat(measured.subList(0, 10)).allSatisfy(step -> assertThat(step).doesNotContainKey("loss/distillation"));
        assertThat(measured.subList(10, 60))
                .allSatisfy(step -> assertThat(step.get("loss/distillation")).isPositive());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    walk=80 > 1.2           | self_distillation: walk "80 > 1.2" does not lead from 80 to 0
                    walk=80 > 90            | 90
                    weight=0                | self_distillation: weight must be positive, is 0.0
                    share=2                 | self_distillation: share 2.0 is not in (0, 1]
                    """)
    void whatCanNotBeMeantIsRefused(String setting, String message) {
        assertThatThrownBy(() -> TinyRun.config(
                        directory.resolve("data"),
                        "self_distillation.walk=80 > 1.2 > 0",
                        "self_distillation." + setting))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aModelThatKnowsNoMiddleTimesIsRefused() {
        assertThatThrownBy(() -> TinyRun.config(
                        directory.resolve("data"), "self_distillation.walk=80 > 1.2 > 0", "objective.kind=consistency"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("self_distillation needs objective bidirectional-consistency");
    }
}
