package org.bcm4j.studio.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.walk.Walk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EvaluationQueueTest {
    private static final Deadline LATER = Deadline.in(Duration.ofMinutes(5));
    /** The order of sums depends on the size of a batch. */
    private static final float ROUNDING = 1e-4f;

    private static TrainedModel model;

    @BeforeAll
    static void open() {
        model = TrainedModel.open(Path.of("../models/fashion-mnist"));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** Hears the sizes of batches. */
    private static final class Batches implements QueueObserver {
        private final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void waiting(int images) {
            // Not of interest here.
        }

        @Override
        public void batch(int images) {
            sizes.add(images);
        }
    }

    private static WalkTask task(String walk, long seed, int count) {
        List<Long> labels = Collections.nCopies(count, seed % 10);
        return WalkTask.drawn(model, Walk.parse(walk), seed, 0, count, Optional.of(labels));
    }

    /** Occupies the queue until it is released, so that what is submitted meanwhile waits. */
    private static CountDownLatch occupy(EvaluationQueue queue) {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> occupied = queue.submit(1, LATER, abandoned -> {
            begun.countDown();
            try {
                return release.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(occupied).isNotDone();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return release;
    }

    @Test
    void tasksOfOnePathAreOneBatchAndGetWhatTheyGetAlone() throws Exception {
        Batches batches = new Batches();
        try (EvaluationQueue queue = new EvaluationQueue(100, batches)) {
            CountDownLatch release = occupy(queue);
            // The second walk adds noise, each task its own.
            List<WalkTask> tasks =
                    List.of(task("80 > 0 +2 > 0", 1, 3), task("80 > 1.2 > 0", 1, 2), task("80 > 0 +2 > 0", 7, 4));
            List<CompletableFuture<float[]>> joined =
                    tasks.stream().map(task -> queue.submit(task, LATER)).toList();
            release.countDown();
            for (int i = 0; i < tasks.size(); i++) {
                float[] alone =
                        WalkTask.run(List.of(tasks.get(i)), images -> {}).get(0);
                assertThat(joined.get(i).get()).containsExactly(alone, within());
            }
            // After the oldest, the smallest has its turn.
            assertThat(batches.sizes).containsExactly(1, 2, 7);
        }
    }

    private static Offset<Float> within() {
        return Offset.offset(ROUNDING);
    }

    @Test
    void tasksOfManyThreadsGetWhatTheyGetAlone() {
        try (EvaluationQueue queue = new EvaluationQueue(100, QueueObserver.NONE)) {
            LongStream.range(0, 80).parallel().forEach(seed -> {
                WalkTask task = task("80 > 0 +2 > 0", seed, 1 + (int) (seed % 3));
                assertThat(queue.submit(task, LATER).join())
                        .containsExactly(
                                WalkTask.run(List.of(task), images -> {}).get(0), within());
            });
        }
    }

    @Test
    void oneImageDoesNotWaitForAllThatCameBeforeIt() {
        Batches batches = new Batches();
        try (EvaluationQueue queue = new EvaluationQueue(1000, batches)) {
            CountDownLatch release = occupy(queue);
            List<CompletableFuture<float[]>> large = LongStream.range(0, 4)
                    .mapToObj(seed -> queue.submit(task("80 > 0", seed, EvaluationQueue.BATCH), LATER))
                    .toList();
            CompletableFuture<float[]> one = queue.submit(task("80 > 1 > 0", 1, 1), LATER);
            release.countDown();
            assertThat(one.join()).hasSize(28 * 28);
            large.forEach(CompletableFuture::join);
            int occupied = 1;
            assertThat(batches.sizes).hasSize(occupied + large.size() + 1);
            assertThat(batches.sizes.subList(occupied, occupied + 2)).contains(1);
        }
    }

    @Test
    void whatNobodyWaitsForIsNotComputed() {
        Batches batches = new Batches();
        try (EvaluationQueue queue = new EvaluationQueue(100, batches)) {
            CountDownLatch release = occupy(queue);
            CompletableFuture<float[]> cancelled = queue.submit(task("80 > 0", 1, 3), LATER);
            CompletableFuture<float[]> late = queue.submit(task("80 > 0", 1, 5), Deadline.in(Duration.ZERO));
            CompletableFuture<float[]> wanted = queue.submit(task("80 > 0", 1, 2), LATER);
            cancelled.cancel(true);
            release.countDown();
            assertThat(wanted.join()).hasSize(2 * 28 * 28);
            assertThatThrownBy(late::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DeadlinePassedException.class);
            assertThat(batches.sizes).containsExactly(1, 2);
        }
    }

    @Test
    void moreThanTheCapacityIsRefused() {
        try (EvaluationQueue queue = new EvaluationQueue(10, QueueObserver.NONE)) {
            CountDownLatch release = occupy(queue);
            CompletableFuture<float[]> first = queue.submit(task("80 > 0", 1, 8), LATER);
            assertThatThrownBy(() -> queue.submit(task("80 > 0", 1, 3), LATER))
                    .isInstanceOf(QueueFullException.class)
                    .hasMessage("8 images wait already; ask again later");
            CompletableFuture<float[]> fits = queue.submit(task("80 > 0", 1, 2), LATER);
            release.countDown();
            assertThat(fits.join()).hasSize(2 * 28 * 28);
            assertThat(first.join()).hasSize(8 * 28 * 28);
        }
    }

    @Test
    void aRequestIsNotRefusedHalfway() {
        try (EvaluationQueue queue = new EvaluationQueue(10, QueueObserver.NONE)) {
            CountDownLatch release = occupy(queue);
            CompletableFuture<float[]> others = queue.submit(task("80 > 0", 1, 8), LATER);
            CompletableFuture<float[]> next = queue.submitNext(task("80 > 0", 1, 6), LATER);
            assertThatThrownBy(() -> queue.submit(task("80 > 0", 1, 1), LATER))
                    .isInstanceOf(QueueFullException.class)
                    .hasMessage("14 images wait already; ask again later");
            release.countDown();
            assertThat(others.join()).hasSize(8 * 28 * 28);
            assertThat(next.join()).hasSize(6 * 28 * 28);
        }
    }

    @Test
    void whatNobodyWaitsForMakesRoom() {
        try (EvaluationQueue queue = new EvaluationQueue(10, QueueObserver.NONE)) {
            CountDownLatch release = occupy(queue);
            Deadline cancelled = Deadline.in(Duration.ofMinutes(5));
            CompletableFuture<float[]> abandoned = queue.submit(task("80 > 0", 1, 8), cancelled);
            cancelled.cancel();
            CompletableFuture<float[]> wanted = queue.submit(task("80 > 0", 1, 6), LATER);
            assertThat(abandoned).isCompletedExceptionally();
            release.countDown();
            assertThat(wanted.join()).hasSize(6 * 28 * 28);
        }
    }

    @Test
    void oneBadTaskDoesNotHarmTheOthers() {
        try (EvaluationQueue queue = new EvaluationQueue(100, QueueObserver.NONE)) {
            CountDownLatch release = occupy(queue);
            CompletableFuture<float[]> good = queue.submit(task("80 > 0", 1, 2), LATER);
            WalkTask wrongClass = WalkTask.drawn(model, Walk.parse("80 > 0"), 1, 0, 1, Optional.of(List.of(99L)));
            CompletableFuture<float[]> bad = queue.submit(wrongClass, LATER);
            release.countDown();
            assertThat(good.join()).hasSize(2 * 28 * 28);
            assertThatThrownBy(bad::get).hasCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anErrorOfOneTaskEndsItAlone() {
        try (EvaluationQueue queue = new EvaluationQueue(100, QueueObserver.NONE)) {
            CompletableFuture<float[]> bad = queue.submit(1, LATER, abandoned -> {
                throw new StackOverflowError("too deep");
            });
            assertThatThrownBy(bad::get).hasCauseInstanceOf(StackOverflowError.class);
            assertThat(queue.submit(task("80 > 0", 1, 2), LATER).join()).hasSize(2 * 28 * 28);
        }
    }

    /** Of memory, for example. Here it is in what hears of the queue. */
    @Test
    void anErrorOutsideOfATaskDoesNotEndTheQueue() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        QueueObserver failing = new QueueObserver() {
            @Override
            public void waiting(int images) {
                if (Thread.currentThread().getName().equals("evaluations") && fails.getAndSet(false)) {
                    throw new OutOfMemoryError("no memory to hear it");
                }
            }

            @Override
            public void batch(int images) {
                // Not of interest here.
            }
        };
        try (EvaluationQueue queue = new EvaluationQueue(100, failing)) {
            assertThatThrownBy(() -> queue.submit(task("80 > 0", 1, 2), LATER).get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            assertThat(queue.submit(task("80 > 0", 1, 2), LATER).get(20, TimeUnit.SECONDS))
                    .hasSize(2 * 28 * 28);
        }
    }

    @Test
    void closingFinishesWhatWasTaken() {
        EvaluationQueue queue = new EvaluationQueue(100, QueueObserver.NONE);
        CountDownLatch release = occupy(queue);
        CompletableFuture<float[]> taken = queue.submit(task("80 > 0", 1, 2), LATER);
        release.countDown();
        queue.close();
        assertThat(taken).isCompleted();
        assertThatThrownBy(() -> queue.submit(task("80 > 0", 1, 2), LATER)).isInstanceOf(QueueClosedException.class);
    }
}
