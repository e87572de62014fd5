package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.bcm4j.training.Curriculum.Doubling;
import org.bcm4j.training.Curriculum.Staged;
import org.bcm4j.training.Curriculum.Staged.Stage;

class CurriculumTest {
    @Property(tries = 300)
    void doublingRisesFromItsFirstToItsLastNumber(
            @ForAll @IntRange(min = 1, max = 50) int s0,
            @ForAll @IntRange(max = 7) int doublings,
            @ForAll @LongRange(min = 100, max = 1_000_000) long steps,
            @ForAll @LongRange(max = 999_999) long seed) {
        int s1 = s0 << doublings;
        Doubling curriculum = new Doubling(s0, s1);
        long k = seed % steps;

        assertThat(curriculum.points(0, steps)).isEqualTo(s0 + 1);
        assertThat(curriculum.points(steps - 1, steps)).isEqualTo(s1 + 1);
        assertThat(curriculum.points(k, steps)).isBetween(s0 + 1, s1 + 1);
        assertThat(curriculum.points(k + 1, steps)).isGreaterThanOrEqualTo(curriculum.points(k, steps));
    }

    /** K' = ⌊1000 / (log2(10) + 1)⌋ = 231: the last number is reached where it is no power of two times the first. */
    @Example
    void doublingEndsAtItsLastNumberWhateverTheRatio() {
        Doubling curriculum = new Doubling(10, 100);
        assertThat(LongStream.of(0, 230, 231, 692, 693, 923, 924, 999).map(k -> curriculum.points(k, 1000)))
                .containsExactly(11L, 11L, 21L, 41L, 81L, 81L, 101L, 101L);
    }

    @Example
    void doublingNeedsNumbersInOrder() {
        assertThatThrownBy(() -> new Doubling(10, 9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Doubling(0, 9)).isInstanceOf(IllegalArgumentException.class);
    }

    @Example
    void stagesFollowEachOtherAndTheLastOneHolds() {
        Staged staged = new Staged(List.of(new Stage(320, 10), new Stage(160, 5), new Stage(640, 1)));
        assertThat(LongStream.of(0, 9, 10, 14, 15, 16, 1000).map(k -> staged.points(k, 16)))
                .containsExactly(321L, 321L, 161L, 161L, 641L, 641L, 641L);
        assertThatThrownBy(() -> new Staged(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Stage(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Stage(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
