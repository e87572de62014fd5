package org.bcm4j.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.junit.jupiter.api.Test;

class TrainedWeightsTest {
    @Test
    void theGradientsOfAllLanesAreSummedOnce() {
        WeightLayout layout = new WeightLayout.Builder()
                .declare("weight", Initialization.ZERO, 2, 3)
                .build();
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
