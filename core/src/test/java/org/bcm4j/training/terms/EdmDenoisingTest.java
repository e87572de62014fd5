package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.denoiser.EdmLoss;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdmDenoisingTest {
    private static final int COUNT = 1000;
    private static final int POINTS = 11;

    private static final String CONFIG = """
        data: {kind: fashion-mnist}
        network:
          kind: ncsnpp
          image_size: 8
          image_channels: 1
          width: 4
          multipliers: [1]
          blocks: 1
          attention: []
          features: {kind: positional}
          conditioning: time
        preconditioning: denoiser
        objective: {kind: edm-denoising, loss: {log_mean: -1.0}}
        steps: 10
        batch_size: 2
        curriculum: {kind: doubling, s0: 1, s1: 2}
        """;

    @TempDir
    Path folder;

    @Test
    void itsLossIsConfigured() throws IOException {
        assertThat(read(CONFIG).objective()).isEqualTo(new EdmDenoising(new EdmLoss(-1.0, 1.2)));
        assertThat(read(CONFIG.replace(", loss: {log_mean: -1.0}", "")).objective())
                .isEqualTo(new EdmDenoising(EdmLoss.EDM));
    }

    /** Means of what lies behind a noisy image, which the denoiser's loss would never read, would be computed for nothing. */
    @Test
    void stableTargetsAreRefusedWhereTheyStand() {
        assertThatThrownBy(() -> read(CONFIG + "stable_targets: 4\n"))
                .isInstanceOf(UserException.class)
                .hasMessageMatching(
                        ".*denoiser\\.yaml:17:1: stable_targets must be 0 with objective edm-denoising, .*");
        assertThatThrownBy(() -> read(CONFIG + "warm_up_steps: 4\n"))
                .isInstanceOf(UserException.class)
                .hasMessageMatching(".*denoiser\\.yaml:17:1: warm_up_steps must be 0 with objective edm-denoising, .*");
    }

    @Test
    void aDenoiserDrawsNoiseScalesByItsLawAndOthersFromTheGrid() throws IOException {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, Device.CPU);
                SeededGenerator same = new SeededGenerator(1, Device.CPU)) {
            IntervalTimes intervals = new IntervalTimes(POINTS, read(CONFIG).times(), Optional.empty(), Device.CPU);
            DrawnTimes denoiser = new EdmDenoising(EdmLoss.EDM).times(intervals, generator, COUNT);
            assertThat(HostTensors.floats(denoiser.tNext()))
                    .containsExactly(HostTensors.floats(EdmLoss.EDM.sigma(same.normal(COUNT))));
            assertThat(HostTensors.floats(denoiser.u())).containsOnly((float) NoiseScales.SIGMA_MIN);

            DrawnTimes consistency = new Consistency(0).times(intervals, generator, COUNT);
            float[] tNext = HostTensors.floats(consistency.tNext());
            float[] t = HostTensors.floats(consistency.t());
            float[] u = HostTensors.floats(consistency.u());
            for (int i = 0; i < COUNT; i++) {
                assertThat(t[i]).isLessThan(tNext[i]);
                assertThat(u[i]).isNotEqualTo(tNext[i]);
            }
        }
    }

    private TrainingConfig read(String yaml) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("denoiser.yaml"), yaml), TrainingConfig.class);
    }
}
