package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void partsRunAtTheSameTimeAndReturnInOrder() {
        CountDownLatch all = new CountDownLatch(3);
        try (Workers workers = new Workers(3)) {
            assertThat(workers.run(part -> {
                        all.countDown();
                        return reached(all) ? part : -1;
                    }))
                    .containsExactly(0, 1, 2);
        }
    }

    @Test
    void workersShareTheThreadsAndTheCallerKeepsItsOwn() {
        int all = torch.get_num_threads();
        try (Workers workers = new Workers(2)) {
            assertThat(workers.run(part -> torch.get_num_threads())).containsOnly(Math.max(1, all / 2));
        }
        assertThat(torch.get_num_threads()).isEqualTo(all);
    }

    @Test
    void oneWorkerIsTheCaller() {
        try (Workers workers = new Workers(1)) {
            assertThat(workers.run(part -> Thread.currentThread())).containsExactly(Thread.currentThread());
        }
    }

    /** The others look at tensors that the caller frees. */
    @Test
    void aFailureIsToldWhenAllHaveEnded() {
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch failed = new CountDownLatch(1);
        try (Workers workers = new Workers(2)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> workers.run(part -> {
                        if (part == 0) {
                            failed.countDown();
                            throw new IllegalStateException("part 0");
                        }
                        reached(failed);
                        return ended.incrementAndGet();
                    }))
                    .withMessage("part 0");
            assertThat(ended).hasValue(1);
        }
    }

    private static boolean reached(CountDownLatch latch) {
        try {
            return latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
