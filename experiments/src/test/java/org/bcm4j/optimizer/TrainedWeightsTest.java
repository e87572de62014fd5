package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedWeightsTest {
    @TempDir
    Path directory;

    @Test
    void theGradientsOfAllLanesAreSummedOnce() {
        NetworkConfig network = TinyRun.config(directory).network();
        WeightLayout layout = network.build().layout();
        try (Scope scope = Scope.open();
                TrainedWeights weights = new TrainedWeights(Weights.zeros(layout, testDevice()))) {
            for (int lane = 0; lane < 3; lane++) {
                weights.live(lane).gradient().fill_(scalar(lane + 1.0));
            }
            assertThat(HostTensors.floats(weights.withGradient().gradient())).containsOnly(6);
            assertThat(HostTensors.floats(weights.withGradient().gradient())).containsOnly(6);
            weights.clearGradient();
            assertThat(HostTensors.floats(weights.withGradient().gradient())).containsOnly(0);
        }
    }
}
