package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanesTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void resultsComeInTheOrderOfTheTasks(int count) {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            tasks.add(() -> number);
        }
        try (Lanes lanes = new Lanes(count)) {
            assertThat(lanes.run(tasks))
                    .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
        }
    }

    /** Each waits for the other: it would not end one after the other. */
    @Test
    void lanesRunSideBySide() {
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Integer> task = () -> together.await(1, TimeUnit.MINUTES);
        try (Lanes lanes = new Lanes(2)) {
            assertThat(lanes.run(List.of(task, task))).containsExactlyInAnyOrder(0, 1);
        }
    }

    /** Three lanes of a processor that has fewer cores have one thread each. */
    @Test
    void eachLaneHasItsShareOfTheProcessorAndTheCallerKeepsAll() {
        int all = Lanes.most();
        try (Lanes lanes = new Lanes(2 * all)) {
            assertThat(lanes.run(List.of(torch::get_num_threads))).containsExactly(1);
            assertThat(torch.get_num_threads()).isEqualTo(all);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aFailureIsTheCallersAndTheLanesGoOn(int count) {
        try (Lanes lanes = new Lanes(count)) {
            Callable<Integer> sound = () -> 4;
            Callable<Integer> faulty = () -> {
                throw new IllegalArgumentException("on purpose");
            };
            assertThatThrownBy(() -> lanes.run(List.of(sound, faulty)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("on purpose");
            assertThat(lanes.run(List.of(sound))).containsExactly(4);
        }
    }

    @Test
    void noLanesAreRefused() {
        assertThatThrownBy(() -> new Lanes(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
