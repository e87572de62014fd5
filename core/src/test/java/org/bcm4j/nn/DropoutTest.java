package org.bcm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DropoutTest {
    private Scope scope;
    private KeyedRandom random;

    @BeforeEach
    void open() {
        scope = Scope.open();
        random = KeyedRandom.from(5, 0, 0, testDevice());
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor ones() {
        return testDevice().full(1, 2, 3, 8, 8);
    }

    @Test
    void passesOfAStepShareTheirMasks() {
        Dropout step = Dropout.drawnFrom(random);
        Tensor firstLayer = step.apply(ones(), 0.4);
        Tensor secondLayer = step.apply(ones(), 0.4);
        Dropout again = step.fromStart();

        assertThat(again.apply(ones(), 0.4).equal(firstLayer)).isTrue();
        assertThat(again.apply(ones(), 0.4).equal(secondLayer)).isTrue();
        assertThat(firstLayer.equal(secondLayer)).isFalse();
        assertThat(Dropout.drawnFrom(random).apply(ones(), 0.4).equal(firstLayer))
                .isFalse();
    }

    @Test
    void aStackOfBatchesGetsEachMaskOncePerBatch() {
        Dropout step = Dropout.drawnFrom(random);
        Tensor single = step.apply(ones(), 0.4);
        Tensor stacked = step.fromStart().apply(cat(0, ones(), ones()), 0.4);

        assertThat(stacked.narrow(0, 0, 2).equal(single)).isTrue();
        assertThat(stacked.narrow(0, 2, 2).equal(single)).isTrue();
    }

    /** As the student's and the outer pass see them where the soft term has a share of the batch. */
    @Test
    void partsOfABatchGetTheMasksOfItsFirstImages() {
        Dropout step = Dropout.drawnFrom(random);
        Tensor whole = step.apply(ones(), 0.4);
        Tensor first = ones().narrow(0, 0, 1);
        Tensor more = step.fromStart().apply(cat(0, ones(), first), 0.4);
        Tensor fewer = step.fromStart().apply(first, 0.4);

        assertThat(more.narrow(0, 0, 2).equal(whole)).isTrue();
        assertThat(more.narrow(0, 2, 1).equal(whole.narrow(0, 0, 1))).isTrue();
        assertThat(fewer.equal(whole.narrow(0, 0, 1))).isTrue();
    }

    @Test
    void offAndZeroChangeNothingAndDrawNothing() {
        Tensor x = KeyedRandom.from(6, 0, 0, testDevice()).normal(2, 3, 8, 8);

        assertThat(Dropout.off().apply(x, 0.9).equal(x)).isTrue();
        assertThat(Dropout.drawnFrom(random).apply(x, 0).equal(x)).isTrue();
        assertThat(random.uniforms(1, 1))
                .as("the first draw")
                .isEqualTo(KeyedRandom.from(5, 0, 0, testDevice()).uniforms(1, 1));
    }

    @Test
    void keepsTheElementType() {
        Tensor half = ones().to(ScalarType.Half);
        assertThat(Dropout.drawnFrom(random).apply(half, 0.4).scalar_type().intern())
                .isEqualTo(ScalarType.Half);
    }

    @Property(tries = 30)
    void keepsTheMeanAndScalesWhatItKeeps(
            @ForAll @DoubleRange(min = 0.05, max = 0.9) double probability, @ForAll @IntRange(max = 1000) int seed) {
        try (Scope inner = Scope.open()) {
            KeyedRandom drawn = KeyedRandom.from(seed, 0, 0, testDevice());
            Tensor dropped = Dropout.drawnFrom(drawn).apply(testDevice().full(1, 4, 8, 32, 32), probability);
            float kept = (float) (1 / (1 - probability));
            int zeros = 0;
            float[] values = HostTensors.floats(dropped);
            for (float value : values) {
                zeros += value == 0 ? 1 : 0;
                assertThat(value == 0 || Math.abs(value - kept) < 1e-6 * kept).isTrue();
            }
            // Six standard deviations of a binomial share of 32,768 draws.
            double deviation = Math.sqrt(probability * (1 - probability) / values.length);
            assertThat((double) zeros / values.length)
                    .isBetween(probability - 6 * deviation, probability + 6 * deviation);
        }
    }
}
