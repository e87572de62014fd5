package org.bcm4j.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsFile;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint holds, and under which names. */
class TrainingStateTest {
    private static final String[] TRAJECTORIES = {"stages.0.steps=1", "stages.1.terms=[{kind: trajectory-matching}]"};
    private static final String TEACHER = "terms.trajectory-matching.teacher";

    @TempDir
    Path directory;

    private Path file = Path.of("");
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        file = directory.resolve("state.safetensors");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private TrainingState state(String... settings) {
        TrainingConfig config = TinyRun.config(directory.resolve("data"), settings);
        TrainingState state = new TrainingState(
                config, config.network().build().layout(), config.data().training(), testDevice(), RankGroup.alone());
        state.initialize();
        return state;
    }

    private static void fill(TrainingState state, double weights, double average) {
        try (NoGradients guard = new NoGradients()) {
            state.weights.values.flat().fill_(scalar(weights));
            state.average.flat().fill_(scalar(average));
        }
    }

    @Test
    void holdsEverythingUnderItsName() {
        try (TrainingState state = state(TRAJECTORIES)) {
            state.save(file);
            assertThat(Safetensors.read(file).tensors())
                    .containsOnlyKeys(
                            "weights",
                            "average",
                            "first_moment",
                            "second_moment",
                            "counter.step",
                            "counter.stage",
                            "counter.images",
                            "counter.skipped",
                            "counter.passed_over",
                            "counter.loss_scale",
                            "counter.updates");
            state.step = 1;
            fill(state, 2, 3);
            state.enterStage();
            fill(state, 4, 5);
            state.save(file);
        }
        Map<String, Tensor> saved = Safetensors.read(file).tensors();
        assertThat(HostTensors.longs(requireNonNull(saved.get("counter.stage"))))
                .containsExactly(1);
        assertThat(numbers(saved, "weights")).containsOnly(4);
        assertThat(numbers(saved, "average")).containsOnly(5);
        assertThat(numbers(saved, TEACHER)).as("the average as the stage began").containsOnly(3);
        assertThat(numbers(saved, "first_moment")).containsOnly(0);
    }

    private static float[] numbers(Map<String, Tensor> saved, String name) {
        return HostTensors.floats(requireNonNull(saved.get(name)));
    }

    /** Of a stage that trained with the same teacher, the average is no denoiser any more. */
    @Test
    void theTeacherStaysInStagesInARow() {
        String stages = """
                stages=[
                  {steps: 1, terms: [{kind: denoising}], curriculum: {kind: doubling, s0: 2, s1: 8}},
                  {steps: 1, terms: [{kind: trajectory-matching}], curriculum: {kind: doubling, s0: 2, s1: 8}},
                  {steps: 1, terms: [{kind: inversion-consistency}, {kind: trajectory-matching, share: 0.5}],
                   curriculum: {kind: doubling, s0: 2, s1: 8}}]""";
        try (TrainingState state = state(stages)) {
            for (int average = 3; average <= 4; average++) {
                fill(state, 2, average);
                state.step++;
                state.enterStage();
            }
            state.save(file);
        }
        Map<String, Tensor> saved = Safetensors.read(file).tensors();
        assertThat(HostTensors.longs(requireNonNull(saved.get("counter.stage"))))
                .containsExactly(2);
        assertThat(numbers(saved, "weights"))
                .as("the average as the stage began")
                .containsOnly(4);
        assertThat(numbers(saved, TEACHER)).as("that of the denoiser").containsOnly(3);
    }

    /** Its moments begin with the stage, as the model's do. */
    @Test
    void theDiscriminatorStaysInStagesInARow() {
        try (TrainingState state = state(discriminatorsOfWidth(4, 4))) {
            state.initialize();
            Weights psi = requireNonNull(termBuffers(state).get("discriminator"));
            assertThat(psi.flat().norm().item_double()).as("random").isPositive();
            psi.flat().detach().fill_(scalar(6.0));
            for (String moment : List.of("first_moment", "second_moment")) {
                requireNonNull(termBuffers(state).get(moment)).flat().detach().fill_(scalar(7.0));
            }
            state.step++;
            state.enterStage();
            state.save(file);
        }
        Map<String, Tensor> saved = Safetensors.read(file).tensors();
        assertThat(numbers(saved, "terms.adversarial.discriminator")).containsOnly(6);
        assertThat(numbers(saved, "terms.adversarial.first_moment")).containsOnly(0);
        assertThat(numbers(saved, "terms.adversarial.second_moment")).containsOnly(0);
    }

    @Test
    void aDiscriminatorOfAnotherWidthBeginsAnew() {
        try (TrainingState state = state(discriminatorsOfWidth(4, 8))) {
            state.initialize();
            state.step++;
            state.enterStage();
            Weights psi = requireNonNull(termBuffers(state).get("discriminator"));
            assertThat(psi.flat().norm().item_double()).as("random").isPositive();
        }
    }

    /** Two stages with the adversarial term alone. */
    private static String discriminatorsOfWidth(int first, int second) {
        return """
                stages=[
                  {steps: 1, terms: [{kind: adversarial, width: %d}], curriculum: {kind: doubling, s0: 2, s1: 8}},
                  {steps: 1, terms: [{kind: adversarial, width: %d}], curriculum: {kind: doubling, s0: 2, s1: 8}}]""".formatted(first, second);
    }

    private static Map<String, Weights> termBuffers(TrainingState state) {
        return state.termState(state.stage().terms().get(0)).buffers();
    }

    @Test
    void theTeacherIsRestoredWithItsStage() {
        try (TrainingState state = state(TRAJECTORIES)) {
            fill(state, 2, 3);
            state.step = 1;
            state.enterStage();
            fill(state, 4, 5);
            state.save(file);
        }
        try (TrainingState restored = state(TRAJECTORIES)) {
            restored.load(file);
            assertThat(restored.stageIndex()).isEqualTo(1);
            restored.enterStage();
            assertThat(HostTensors.floats(restored.weights.values.flat()))
                    .as("the stage goes on, it does not begin")
                    .containsOnly(4);
            Path again = directory.resolve("again.safetensors");
            restored.save(again);
            assertThat(again).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void anotherFormatIsRefused() {
        Safetensors.write(file, Map.of("weights", testDevice().floats(1)), Map.of("format", "bcm4j training state 1"));
        assertRefused(": is too old: it is a \"bcm4j training state 1\", and this version of bcm4j reads"
                + " \"bcm4j training state ");
        Safetensors.write(file, Map.of("weights", testDevice().floats(1)), Map.of("format", "bcm4j training state 99"));
        assertRefused(": is too new: it is a \"bcm4j training state 99\", and this version of bcm4j reads"
                + " \"bcm4j training state ");
        Safetensors.write(file, Map.of("weights", testDevice().floats(1)), Map.of());
        assertRefused(": is not a training state (");
        Safetensors.write(file, Map.of("weights", testDevice().floats(1)), Map.of("format", "bcm4j model 1"));
        assertRefused(": is not a training state (");
    }

    @Test
    void stateThatTheConfigurationHasNoPlaceForIsRefused() {
        try (TrainingState state = state(TRAJECTORIES)) {
            state.step = 1;
            state.enterStage();
            state.save(file);
        }
        assertRefused(
                ": is of stage 1, but the configuration has 1; train with the configuration of its run",
                TinyRun.oneStage(5));
        SafetensorsFile whole = Safetensors.read(file);
        Map<String, Tensor> tensors = new LinkedHashMap<>(whole.tensors());
        tensors.remove(TEACHER);
        Safetensors.write(file, tensors, whole.metadata());
        assertRefused(": is not a training state: \"" + TEACHER + "\" is missing", TRAJECTORIES);
    }

    private void assertRefused(String message, String... settings) {
        try (TrainingState state = state(settings)) {
            assertThatThrownBy(() -> state.load(file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(file + message)
                    .message()
                    .hasLineCount(1);
        }
    }
}
