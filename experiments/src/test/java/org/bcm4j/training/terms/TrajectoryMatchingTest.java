package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.StubNetwork.Call;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside what {@link LossGradientsTest} asks of every term. */
class TrajectoryMatchingTest {
    private static final int BATCH = 40;
    private static final double MEAN = 0.3;

    /** What the term asks of a network whose f is exact, and what it makes of the answers. */
    private record Asked(Call student, int teacherCalls, double loss) {}

    private static Asked ask(TrajectoryMatching term, long seed) {
        // All images are the same, so that trajectories are straight and f, an Euler step, leads from point to point
        // exactly.
        StubNetwork network = new StubNetwork(MEAN, 0);
        try (Scope scope = Scope.open();
                Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Teacher teacher = new Teacher(network.layout(), testDevice())) {
            Tensor images = testDevice().full(MEAN, BATCH, 1, 2, 2);
            Loss loss = term.apply(network.inputs(live, images, 2, seed, teacher));
            int last = network.calls.size() - 1;
            for (Call call : network.calls.subList(0, last)) {
                assertThat(call.hasGradient()).isFalse();
            }
            return new Asked(network.calls.get(last), last, loss.total().item_double());
        }
    }

    /** A pair of two trajectories would cost about their noises' difference, 1 a pixel. */
    @Property(tries = 60)
    void drawnPairsBelongToOneTrajectoryAndLeadSomewhere(
            @ForAll long seed,
            @ForAll @IntRange(min = 3, max = 15) int points,
            @ForAll @IntRange(min = 1, max = 5) int pairs,
            @ForAll @Scale(3) @DoubleRange(min = 0.05, max = 1) double share,
            @ForAll @Scale(3) @DoubleRange(min = 0, max = 1) double endPairs) {
        Asked asked = ask(new TrajectoryMatching(1, share, 1, points, pairs, endPairs), seed);
        Call student = asked.student();
        assertThat(asked.teacherCalls())
                .as("evaluations of the teacher")
                .isEqualTo(TrajectorySolver.evaluations(points));
        assertThat(student.hasGradient()).isTrue();
        assertThat(student.t()).hasSize((int) Math.max(1, Math.round(share * BATCH)) * pairs);
        for (int i = 0; i < student.t().length; i++) {
            // None begins at time 0.
            assertThat(student.t()[i]).isBetween(0.0399, 80.001).isNotEqualTo(student.u()[i]);
            assertThat(student.u()[i]).isBetween(0.00199, 80.001);
        }
        // float32. From T down the error of a point, 80·1e-7, is divided by c_out ≥ 0.5·(t − u)/t, for neighbours a
        // tenth of that.
        assertThat(asked.loss()).isBetween(-1e-6, 0.05);
    }

    @Test
    void endPairsLeadFromOneEndToTheOther() {
        Call all = ask(new TrajectoryMatching(1, 1, 1, 5, 4, 1), 3).student();
        int up = 0;
        for (int i = 0; i < all.t().length; i++) {
            if (all.t()[i] < all.u()[i]) {
                assertThat(all.t()[i]).isBetween(0.0399, 0.2001); // ε, the lowest point above time 0
                assertThat(all.u()[i]).isCloseTo(NoiseScales.SIGMA_MAX, within(1e-4));
                up++;
            } else {
                assertThat(all.t()[i]).isCloseTo(NoiseScales.SIGMA_MAX, within(1e-4));
                assertThat(all.u()[i]).isEqualTo((float) NoiseScales.SIGMA_MIN);
            }
        }
        // Half of 160: a deviation of 6.3.
        assertThat(up).isBetween(42, 118);
        Call none = ask(new TrajectoryMatching(1, 1, 1, 5, 4, 0), 3).student();
        assertThat(Arrays.stream(none.u()).filter(u -> u < 0.0021 || u > 79.9)).isEmpty();
    }

    /** A run that was stopped between batches 1 and 2, or has another number of batches before, draws the same pairs. */
    @Property(tries = 20)
    void batchesInARowShareTrajectoriesWhichDependOnNoEarlierState(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int reuse) {
        TrajectoryMatching term = new TrajectoryMatching(1, 0.2, reuse, 4, 2, 0.5);
        StubNetwork network = new StubNetwork(MEAN, 0.5);
        try (Scope scope = Scope.open();
                Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable();
                Teacher teacher = new Teacher(network.layout(), testDevice())) {
            Tensor images = testDevice().full(MEAN, BATCH, 1, 2, 2);
            for (long batch = 0; batch < 7; batch++) {
                int before = network.calls.size();
                double loss = term.apply(network.inputs(live, images, 2, seed, teacher, batch))
                        .total()
                        .item_double();
                assertThat(network.calls.size() - before - 1)
                        .as("evaluations of the teacher in batch %d", batch)
                        .isEqualTo(batch % reuse == 0 ? TrajectorySolver.evaluations(4) : 0);
                try (Teacher fresh = new Teacher(network.layout(), testDevice())) {
                    assertThat(term.apply(network.inputs(live, images, 2, seed, fresh, batch))
                                    .total()
                                    .item_double())
                            .isEqualTo(loss);
                }
            }
        }
    }

    @Test
    void itsTeacherIsTheAverageAsTheStageBegan() {
        StubNetwork network = new StubNetwork(0, 1);
        try (Scope scope = Scope.open();
                Weights average = Weights.zeros(network.layout(), testDevice());
                TermState state = new TrajectoryMatching(1, 1, 1, 3, 1, 0)
                        .open(new TermSetting(LossGradientsTest.CONFIG, network.layout(), 1, testDevice()))) {
            average.flat().fill_(scalar(2.0));
            state.begin(average);
            average.flat().fill_(scalar(3.0));
            Map<String, Weights> buffers = state.buffers();
            assertThat(buffers).containsOnlyKeys("teacher");
            assertThat(HostTensors.floats(buffers.values().iterator().next().get("none")))
                    .containsExactly(2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 | 1   | 1 | 3 | 1 | 0.5 | weight must be positive, is 0.0
                    1 | 0   | 1 | 3 | 1 | 0.5 | share must lie in (0,1], is 0.0
                    1 | 1   | 0 | 3 | 1 | 0.5 | reuse must be positive, is 0
                    1 | 1   | 1 | 2 | 1 | 0.5 | points must be at least 3, is 2
                    1 | 1   | 1 | 3 | 0 | 0.5 | pairs must be positive, is 0
                    1 | 1   | 1 | 3 | 1 | 1.5 | end_pairs must lie in [0,1], is 1.5
                    """)
    void whatCanNotBeMeantIsRefused(
            double weight, double share, int reuse, int points, int pairs, double endPairs, String message) {
        assertThatThrownBy(() -> new TrajectoryMatching(weight, share, reuse, points, pairs, endPairs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
