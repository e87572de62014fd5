package org.bcm4j.data.packing;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bcm4j.data.sources.PictureSource;
import org.bcm4j.data.sources.UnusablePictureException;
import org.bcm4j.images.RasterPixels;

/**
 * Decodes pictures on several threads and hands them over in order, on the caller's thread. Only a few are in memory at
 * any time. Not thread-safe.
 */
final class Decoding implements AutoCloseable {
    /** Pictures that a thread decodes before it takes others: enough that handing them over costs little. */
    private static final int GROUP = 16;

    private static final int GROUPS_PER_THREAD = 4;

    private final int threads;
    private final ExecutorService pool;

    Decoding(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "decoding");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** What is made of a decoded picture, on the thread that decoded it. */
    interface Conversion<T> {
        T of(RasterPixels picture);
    }

    /**
     * A picture, or why there is none.
     *
     * @param index in the source
     * @param made absent if the picture cannot be decoded
     * @param problem why; empty if it can
     */
    record Item<T>(int index, Optional<T> made, String problem) {}

    /** Takes the pictures in order. */
    interface Receiver<T> {
        /** Takes the next picture, and says whether further ones are wanted. */
        boolean take(Item<T> item) throws IOException;
    }

    /**
     * Decodes the pictures of a range.
     *
     * @param from the first index
     * @param to behind the last index
     * @throws IOException of the receiver. Other exceptions are those of the source and the receiver
     */
    <T> void run(PictureSource source, int from, int to, Conversion<T> conversion, Receiver<T> receiver)
            throws IOException {
        Deque<Future<List<Item<T>>>> groups = new ArrayDeque<>();
        try {
            int next = from;
            boolean wanted = true;
            while (wanted && (next < to || !groups.isEmpty())) {
                while (next < to && groups.size() < threads * GROUPS_PER_THREAD) {
                    int start = next;
                    int end = Math.min(to, start + GROUP);
                    groups.add(pool.submit(() -> group(source, start, end, conversion)));
                    next = end;
                }
                for (Item<T> item : result(groups.remove())) {
                    wanted = wanted && receiver.take(item);
                }
            }
        } finally {
            groups.forEach(group -> group.cancel(false));
        }
    }

    private static <T> List<Item<T>> group(PictureSource source, int start, int end, Conversion<T> conversion) {
        List<Item<T>> items = new ArrayList<>();
        for (int index = start; index < end; index++) {
            try {
                items.add(new Item<>(index, Optional.of(conversion.of(source.read(index))), ""));
            } catch (UnusablePictureException e) {
                items.add(new Item<>(index, Optional.empty(), e.getMessage()));
            }
        }
        return items;
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while decoding", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("decoding ended with a checked exception", e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
