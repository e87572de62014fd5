package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What contradicts itself cannot be written. The configuration changed is that of {@link TinyRun}: bidirectional, conditioning joint. */
class TrainingConfigTest {
    private static final String CONSISTENCY =
            "stages=[{steps: 1, terms: [{kind: consistency}]}];model=consistency;network.conditioning=time";
    private static final String DENOISER =
            "stages=[{steps: 1, terms: [{kind: edm-denoising}]}];model=denoiser;network.conditioning=time;stable_targets=0";

    @TempDir
    Path directory;

    /** Settings are separated by semicolons. */
    private TrainingConfig config(String settings) {
        return TinyRun.config(directory, settings.split(";", -1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    network.conditioning=time | network must have conditioning: joint or aligned, because a bidirectional model takes a target time
                    CONSISTENCY;network.conditioning=joint | network must have conditioning: time, because a model of kind consistency goes to time 0 only
                    DENOISER;network.conditioning=aligned | network must have conditioning: time, because a model of kind denoiser goes to time 0 only
                    stages.1.terms.0.kind=edm-denoising | stages must not hold the term edm-denoising, which trains no model of kind bidirectional; change the term or the model
                    CONSISTENCY;stages.0.terms.0.kind=bidirectional-consistency | stages must not hold the term bidirectional-consistency, which trains no model of kind consistency
                    CONSISTENCY;stages.0.terms.0.kind=inversion-consistency | stages must not hold the term inversion-consistency, which trains no model of kind consistency
                    CONSISTENCY;stages.0.terms.0.kind=trajectory-matching | stages must not hold the term trajectory-matching, which trains no model of kind consistency
                    DENOISER;stages.0.terms.0.kind=adversarial | stages must not hold the term adversarial, which trains no model of kind denoiser
                    DENOISER;stages.0.terms.0.kind=denoising | stages must not hold the term denoising, which trains no model of kind denoiser
                    DENOISER;stages.0.terms.0.kind=consistency | stages must not hold the term consistency, which trains no model of kind denoiser
                    DENOISER;stable_targets=4 | stable_targets must be 0 for a denoiser
                    stages=[] | stages must not be empty
                    stages.0.terms=[] | terms must not be empty
                    stages.0.terms=[{kind: denoising}, {kind: denoising, times: {log_mean: 0}}] | terms must not hold two of one kind
                    stages.0.steps=0 | steps must be positive, is 0
                    stages.0.ema_rate=1 | ema_rate must lie in [0,1), is 1.0
                    stages.1.terms.0.soft_share=0 | soft_share must lie in (0,1], is 0.0
                    stages.1.terms.0.soft_times={log_mean: 1} | soft_times needs a soft_share below 1
                    stages.1.terms.0.kind=reflow | reflow
                    warm_up_steps=10 | unknown key "warm_up_steps"
                    """)
    void whatCanNotBeMeantIsRefusedInOneLine(String settings, String message) {
        String all = settings.replace("CONSISTENCY", CONSISTENCY).replace("DENOISER", DENOISER);
        assertThatThrownBy(() -> config(all))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void everyKindOfModelHasTermsThatTrainIt() {
        assertThat(config(CONSISTENCY).model()).isEqualTo(ModelKind.CONSISTENCY);
        assertThat(config(DENOISER).model()).isEqualTo(ModelKind.DENOISER);
        String allOfABidirectionalOne = "stages.1.terms=[{kind: bidirectional-consistency}, {kind: consistency},"
                + " {kind: denoising}, {kind: inversion-consistency}, {kind: trajectory-matching}, {kind: adversarial}]";
        assertThat(config(allOfABidirectionalOne).stages().get(1).terms()).hasSize(6);
        assertThat(config("model=bidirectional").model()).isEqualTo(ModelKind.BIDIRECTIONAL);
    }

    /** 10 and 50 steps; a run that is longer than its configuration stays in the last stage. */
    @Test
    void aStepIsOfOneStage() {
        TrainingConfig config = config("seed=7");
        assertThat(config.totalSteps()).isEqualTo(60);
        assertThat(config.firstStep(0)).isZero();
        assertThat(config.firstStep(1)).isEqualTo(10);
        assertThat(List.of(0L, 9L, 10L, 59L, 60L, 1000L).stream().map(config::stageAt))
                .containsExactly(0, 0, 1, 1, 1, 1);
    }

    /** In the stage whose grid is shifted, every step has inner points of its own, each on its side of the middles. */
    @Test
    void aShiftedGridKeepsItsEndsAndMovesTheRest() {
        TrainingConfig config = config("stages.1.shifted_grid=true");
        assertThat(config.timeGrid(9).time(1)).isEqualTo(new TimeGrid(3).time(1));
        TimeGrid even = new TimeGrid(9);
        TimeGrid halves = new TimeGrid(17);
        Set<Double> seconds = new HashSet<>();
        for (long step = 42; step < 60; step++) {
            TimeGrid grid = config.timeGrid(step);
            assertThat(grid.points()).isEqualTo(9);
            assertThat(grid.time(0)).isEqualTo(even.time(0));
            assertThat(grid.time(8)).isEqualTo(even.time(8));
            for (int i = 1; i < 8; i++) {
                assertThat(grid.time(i)).isBetween(halves.time(2 * i - 1), halves.time(2 * i + 1));
            }
            assertThat(config.timeGrid(step).time(1)).isEqualTo(grid.time(1));
            seconds.add(grid.time(1));
        }
        assertThat(seconds).hasSize(18);
        assertThatIllegalArgumentException().isThrownBy(() -> even.shifted(1)).withMessageContaining("is 1.0");
    }

    @Test
    void isReadBackAsItWasWritten() {
        TrainingConfig config = config("stages.1.terms=[{kind: bidirectional-consistency, soft_share: 0.5,"
                + " soft_times: {log_mean: 1}}, {kind: inversion-consistency}]");
        assertThat(ConfigFile.parse(ConfigFile.toYaml(config), "written.yaml", TrainingConfig.class))
                .isEqualTo(config);
    }
}
