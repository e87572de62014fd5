package org.bcm4j.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads that compute in parallel, each with its share of the processor. libtorch splits every operation over its
 * threads and waits for the slowest before the next operation. Lanes run independent parts of a batch and wait only
 * once, at the end.
 *
 * <p>The caller creates whatever a task needs before it starts the task. A task allocates its tensors in its own
 * {@link Scope}. With one lane, tasks run in the caller's thread.
 */
public final class Lanes implements AutoCloseable {
    private final int count;
    private final ExecutorService threads;

    /** @param count number of lanes, at least 1; more than {@link #most} slow each other down */
    public Lanes(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("lanes must be at least 1, are " + count);
        }
        this.count = count;
        int all = most();
        int share = Math.max(1, all / count);
        CountDownLatch started = new CountDownLatch(count);
        threads = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(() -> {
                torch.set_num_threads(share);
                // On its first call in a thread, this adopts the number of threads that any thread set last.
                torch.get_num_threads();
                started.countDown();
                task.run();
            });
            thread.setName("lane");
            thread.setDaemon(true);
            return thread;
        });
        if (count > 1) {
            startAll(started);
            torch.set_num_threads(all);
        }
    }

    /** The number of lanes that uses the whole processor: libtorch's number of threads. */
    public static int most() {
        NativeCode.prepareTensors();
        return torch.get_num_threads();
    }

    private void startAll(CountDownLatch started) {
        for (int i = 0; i < count; i++) {
            threads.execute(() -> {});
        }
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while threads were starting", e);
        }
    }

    /**
     * Runs all tasks in the lanes. Returns their results in the order of the tasks, once all have ended.
     *
     * @throws RuntimeException the failure of the first failed task, if any failed
     */
    public <T> List<T> run(List<Callable<T>> tasks) {
        try {
            List<T> results = new ArrayList<>();
            if (count == 1) {
                for (Callable<T> task : tasks) {
                    results.add(task.call());
                }
                return results;
            }
            for (Future<T> ended : threads.invokeAll(tasks)) {
                results.add(ended.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while computing", e);
        } catch (ExecutionException e) {
            throw unchecked(Objects.requireNonNullElse(e.getCause(), e));
        } catch (Exception e) {
            throw unchecked(e);
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
