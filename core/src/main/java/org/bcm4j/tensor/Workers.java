package org.bcm4j.tensor;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads that do parts of one piece of work at the same time, each with its share of libtorch's threads on the CPU. A small network's
 * operations are so short that several threads inside each of them mostly wait for one another; a part per thread waits once.
 */
public final class Workers implements AutoCloseable {
    private final int count;
    private final ExecutorService threads;

    /** @param count at least 1; a single worker is the caller's own thread, with all of libtorch's threads */
    public Workers(int count) {
        this.count = count;
        int all = most();
        int share = Math.max(1, all / count);
        threads = Executors.newFixedThreadPool(count, work -> {
            Thread thread = new Thread(
                    () -> {
                        torch.set_num_threads(share); // of the operations that this thread calls
                        work.run();
                    },
                    "bcm4j-worker");
            thread.setDaemon(true);
            return thread;
        });
        if (count > 1) {
            run(part -> part);
            torch.set_num_threads(all); // for threads to come: the workers' number would be theirs otherwise
        }
    }

    /** As many as libtorch has threads on the CPU. */
    public static int most() {
        return torch.get_num_threads();
    }

    /** How many parts are done at the same time. */
    public int count() {
        return count;
    }

    /**
     * Does every part and returns what they returned, in their order. A part that makes tensors opens a {@link Scope}.
     *
     * @param part what to do, given its number in [0, count)
     */
    public <T> List<T> run(IntFunction<T> part) {
        if (count == 1) {
            return List.of(part.apply(0));
        }
        List<Callable<T>> parts = IntStream.range(0, count)
                .mapToObj(i -> (Callable<T>) () -> part.apply(i))
                .toList();
        try {
            // Waits for all, also where one fails, for they look at the caller's tensors.
            return threads.invokeAll(parts).stream().map(Workers::result).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while other threads were at work", e);
        }
    }

    private static <T> T result(Future<T> part) {
        try {
            return part.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while other threads were at work", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
