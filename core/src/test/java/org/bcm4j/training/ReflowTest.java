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
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReflowTest {
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

    private Tensor loss(Reflow reflow) {
        return reflow.apply(
                models.function,
                models.livePass(),
                models.averagePass(),
                models.example,
                models::noise,
                models.distance);
    }

    /** Half of four images are two. By hand: the averaged weights go up by way of 9, the live ones come back at once. */
    @Test
    void comparesImagesWithWhatTheLiveWeightsMakeOfTheirInversionsByTheAveragedOnes() {
        Tensor images = models.example.images().narrow(0, 0, 2);
        Tensor inverted = models.traverse(
                models.average, models.traverse(models.average, images, NoiseScales.SIGMA_MIN, 9), 9, 80);
        Tensor back = models.traverse(models.live, inverted, 80, NoiseScales.SIGMA_MIN);
        double expected = 3 * models.distance.apply(back, images).mean().item_double();

        assertThat(expected).isPositive();
        // The same operations in the same order, in float32.
        assertThat(loss(new Reflow("0 > 9 > 80", 3, 0.5)).item_double()).isCloseTo(expected, within(1e-6 * expected));
    }

    @Test
    void onlyTheLiveWeightsTakeAGradient() {
        loss(new Reflow("0 +0.08 > 11 > 80", 1, 1)).backward();
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
                TinyRun.config(directory.resolve("data"), "reflow.walk=0 +0.08 > 11 > 80", "output.log_every=1");
        List<Map<String, Double>> measured = new ArrayList<>();
        try (Trainer trainer = Trainer.start(config, directory.resolve("run"))) {
            trainer.run(new EachStep(record -> measured.add(record.values())));
        }
        assertThat(measured).hasSize(60);
        assertThat(measured.subList(0, 10)).allSatisfy(step -> assertThat(step).doesNotContainKey("loss/reflow"));
        assertThat(measured.subList(10, 60))
                .allSatisfy(step -> assertThat(step.get("loss/reflow")).isPositive());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    walk=0 > 11    | reflow: walk "0 > 11" does not lead from 0 to 80
                    walk=80 > 0    | reflow: walk "80 > 0" does not lead from 0 to 80
                    weight=0                | reflow: weight must be positive, is 0.0
                    share=2                 | reflow: share 2.0 is not in (0, 1]
                    """)
    void whatCanNotBeMeantIsRefused(String setting, String message) {
        assertThatThrownBy(() ->
                        TinyRun.config(directory.resolve("data"), "reflow.walk=0 +0.08 > 11 > 80", "reflow." + setting))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aModelThatCanNotInvertIsRefused() {
        assertThatThrownBy(() -> TinyRun.config(
                        directory.resolve("data"), "reflow.walk=0 +0.08 > 11 > 80", "objective.kind=consistency"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("reflow needs objective bidirectional-consistency");
    }
}
