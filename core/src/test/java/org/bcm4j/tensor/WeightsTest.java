package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WeightsTest {
    private static final WeightLayout LAYOUT = new WeightLayout.Builder()
            .declare("matrix", Initialization.UNIFORM_FAN_IN, 2, 3)
            .declare("scale", Initialization.ONE, 4)
            .build();

    private Scope scope;
    private Weights weights;

    @BeforeEach
    void open() {
        scope = Scope.open();
        weights = Weights.zeros(LAYOUT, testDevice());
    }

    @AfterEach
    void close() {
        weights.close();
        scope.close();
    }

    @Test
    void viewsShareTheFlatBuffer() {
        weights.get("matrix").fill_(scalar(1.0));
        weights.get("scale").fill_(scalar(2.0));

        // 6 numbers, padding to 16, 4 numbers, padding to 32.
        float[] flat = HostTensors.floats(weights.flat());
        assertThat(flat).hasSize(32);
        assertThat(flat).containsSequence(1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 0);
    }

    @Test
    void startsAsDeclared() {
        try (SeededGenerator generator = new SeededGenerator(1, testDevice());
                Weights initialized = Weights.initialized(LAYOUT, generator, testDevice())) {
            float bound = (float) (1 / Math.sqrt(3));
            assertThat(HostTensors.floats(initialized.get("scale"))).containsOnly(1);
            for (float value : HostTensors.floats(initialized.get("matrix"))) {
                assertThat(value).isBetween(-bound, bound).isNotZero();
            }
        }
    }

    @Test
    void gradientsOfSeveralBackwardPassesCollectInTheFlatGradient() {
        try (Weights live = weights.trainable()) {
            for (int i = 0; i < 3; i++) {
                live.get("scale").mul(scalar(5.0)).sum().backward();
            }
            assertThat(HostTensors.floats(live.get("scale").grad())).containsOnly(15);
            assertThat(HostTensors.floats(live.gradient())).contains(15, 0).hasSize(32);
            assertThat(live.gradient().sum().item_double()).isEqualTo(60);
        }
    }

    @Test
    void frozenWeightsFollowTheLiveOnesAndLetGradientsPassButTakeNone() {
        try (Weights live = weights.trainable();
                Weights constant = weights.frozen()) {
            try (NoGradients guard = new NoGradients()) {
                live.flat().fill_(scalar(3.0));
            }
            Tensor input = testDevice().full(1, 1).set_requires_grad(true);
            constant.get("scale").mul(input).sum().backward();

            assertThat(input.grad().item_double()).isEqualTo(12);
            assertThat(constant.get("scale").requires_grad()).isFalse();
            assertThat(live.gradient().abs().sum().item_double()).isZero();
            assertThatThrownBy(constant::gradient).isInstanceOf(IllegalStateException.class);
        }
    }

    /** A float64 may be finite, and more than a float32 holds. */
    @Test
    void valuesThatDoNotFitAreRefused() {
        Map<String, Tensor> tensors = Map.of(
                "matrix", HostTensors.ofDoubles(new double[] {0, 0, 1e39, 0, 0, 0}, 2, 3),
                "scale", HostTensors.ofDoubles(new double[4], 4));
        assertThatThrownBy(() -> Weights.loaded(LAYOUT, tensors, "a file", testDevice()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("parameter matrix holds NaN or infinity");
    }

    @Test
    void aCopyHasItsOwnMemory() {
        try (Weights copy = weights.copy()) {
            weights.flat().fill_(scalar(1.0));
            assertThat(HostTensors.floats(copy.flat())).containsOnly(0);
            assertThat(copy.layout()).isEqualTo(LAYOUT);
        }
    }

    @Test
    void constantsAreComputedOnceAndLiveAsLongAsTheWeights() {
        AtomicInteger computed = new AtomicInteger();
        Weights own = Weights.zeros(LAYOUT, testDevice());
        Tensor constant;
        try (Scope inner = Scope.open()) {
            constant = own.constant("twos", () -> {
                computed.incrementAndGet();
                return HostTensors.ofFloats(new float[] {2, 2, 2}, 3);
            });
        }
        assertThat(own.constant("twos", () -> HostTensors.ofFloats(new float[computed.incrementAndGet()], 1)))
                .isSameAs(constant);
        assertThat(computed).hasValue(1);
        assertThat(HostTensors.floats(constant)).containsExactly(2, 2, 2);
        assertThat(constant.is_cuda()).isEqualTo(testDevice() == Device.CUDA);
        own.close();
        assertThat(constant.isNull()).isTrue();
        assertThatThrownBy(() -> own.constant("twos", () -> constant)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void survivesTheScopeOfItsMaker() {
        Weights made;
        try (Scope inner = Scope.open()) {
            made = Weights.zeros(LAYOUT, testDevice());
        }
        assertThat(HostTensors.floats(made.get("scale"))).containsOnly(0);
        made.close();
    }

    @Test
    void loadsExactlyTheTensorsOfTheLayout() {
        Tensor matrix = HostTensors.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor scale = HostTensors.ofDoubles(new double[] {7, 8, 9, 10}, 4);
        weights.load(Map.of("matrix", matrix, "scale", scale), "here");
        assertThat(HostTensors.floats(weights.get("matrix"))).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(HostTensors.floats(weights.get("scale"))).containsExactly(7, 8, 9, 10);

        assertRefused(Map.of("matrix", matrix), "here: parameter scale is missing");
        assertRefused(Map.of("matrix", matrix.t(), "scale", scale), "here: parameter matrix has shape [3, 2]");
        assertRefused(Map.of("matrix", matrix, "scale", scale, "bias", scale), "here: parameter bias is unknown");
        assertRefused(
                Map.of("matrix", matrix.div(matrix.sub(matrix)), "scale", scale),
                "here: parameter matrix holds NaN or infinity");
        assertRefused(
                Map.of("matrix", HostTensors.ofLongs(new long[] {1, 2, 3, 4, 5, 6}, 2, 3), "scale", scale),
                "here: parameter matrix holds whole numbers");
    }

    private void assertRefused(Map<String, Tensor> tensors, String beginning) {
        assertThatThrownBy(() -> weights.load(tensors, "here"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(beginning);
    }
}
