package org.bcm4j.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Map;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RectifiedAdamTest {
    private static final OptimizerSettings SETTINGS = new OptimizerSettings(0.01, 0.9, 0.999, 1e-8, 1);
    private static final String[] PARAMETERS = {"p0", "p1"};

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /**
     * Twelve steps of PyTorch's RAdam, five before rectification sets in, and the published moving average. Measured:
     * 2e-7.
     */
    @Test
    void stepsAndAverageAreTheReferences() {
        Fixture fixture = Fixture.open("radam_ema");
        WeightLayout layout = new WeightLayout.Builder()
                .declare("p0", Initialization.ZERO, 4, 3)
                .declare("p1", Initialization.ZERO, 5)
                .build();
        try (Weights weights = Weights.zeros(layout, testDevice());
                RectifiedAdam optimizer = new RectifiedAdam(SETTINGS, layout, testDevice())) {
            weights.load(Map.of("p0", fixture.tensor("p0/init"), "p1", fixture.tensor("p1/init")), "fixture");
            try (Weights live = weights.trainable();
                    Weights average = weights.copy()) {
                for (int step = 0; step < 12; step++) {
                    for (String name : PARAMETERS) {
                        live.get(name).grad().copy_(fixture.tensor(name + "/grad/" + step));
                    }
                    optimizer.update(live, 0.01, average, 0.9);
                    for (String name : PARAMETERS) {
                        assertClose(weights.get(name), fixture.tensor(name + "/after/" + step));
                        assertClose(average.get(name), fixture.tensor(name + "/ema/" + step));
                    }
                }
                assertThat(optimizer.step()).isEqualTo(12);
                for (String name : PARAMETERS) {
                    assertClose(optimizer.mean().get(name), fixture.tensor(name + "/exp_avg"));
                    assertClose(optimizer.square().get(name), fixture.tensor(name + "/exp_avg_sq"));
                }
            }
        }
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(Fixture.relativeError(actual, expected)).isLessThan(1e-6);
    }

    /** The sweep in slices: every number of a long row moves alike, those of the last, shorter slice too. */
    @Test
    void reachesEveryNumberOfABufferOfManySlices() {
        int length = 2 * (1 << 18) + 16;
        WeightLayout layout = new WeightLayout.Builder()
                .declare("long", Initialization.ZERO, length)
                .build();
        try (Weights weights = Weights.zeros(layout, testDevice());
                Weights live = weights.trainable();
                Weights average = weights.copy();
                RectifiedAdam optimizer = new RectifiedAdam(SETTINGS, layout, testDevice())) {
            try (NoGradients guard = new NoGradients()) {
                live.gradient().fill_(scalar(2.0));
            }
            optimizer.update(live, 0.01, average, 0.75);

            // Unrectified: the corrected mean is the gradient itself, 0.01·2 downhill.
            assertThat(weights.flat().min().item_double()).isBetween(-0.02 - 1e-8, -0.02 + 1e-8);
            assertThat(weights.flat().max().item_double()).isBetween(-0.02 - 1e-8, -0.02 + 1e-8);
            assertThat(average.flat().min().item_double()).isBetween(-0.005 - 1e-8, -0.005 + 1e-8);
            assertThat(average.flat().max().item_double()).isBetween(-0.005 - 1e-8, -0.005 + 1e-8);
        }
    }

    @Test
    void theRateFallsLinearlyToZeroAfterTheConstantPart() {
        OptimizerSettings decaying = new OptimizerSettings(0.4, 0.9, 0.999, 1e-8, 0.5);
        assertThat(decaying.at(0, 100)).isEqualTo(0.4);
        assertThat(decaying.at(50, 100)).isEqualTo(0.4);
        assertThat(decaying.at(75, 100)).isEqualTo(0.2);
        assertThat(decaying.at(100, 100)).isZero();
        assertThat(SETTINGS.at(99, 100)).isEqualTo(0.01);
    }
}
