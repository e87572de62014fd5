package org.bcm4j.studio.work;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.walk.EvaluationListener;

/**
 * Does the evaluations of all requests, one after another: a large one uses all cores by itself, a small one a single
 * core, which leaves the others to the connections. Tasks that can be joined are computed as one batch. Oldest and
 * smallest tasks take turns. A task leaves no trace if its result is cancelled or its deadline passes. Thread-safe.
 */
public final class EvaluationQueue implements AutoCloseable {
    /** Images in a batch, at most; as many as keep the cores busy. */
    public static final int BATCH = 64;

    /** Up to so many multiply-adds, all cores need as long as one: each operation waits for its slowest thread. */
    private static final long FOR_ONE_CORE = 300_000_000;

    /**
     * How long the thread looks for the next task before it sleeps. The evaluation after a sleep takes a third longer, because
     * the core and its caches have to wake.
     */
    private static final Duration AWAKE = Duration.ofMillis(2);

    /** A server has answered all requests before it closes its queue. */
    private static final Duration LAST_EVALUATIONS = Duration.ofSeconds(5);

    private final int capacity;
    private final QueueObserver observer;
    private final Thread thread;
    private final int cores = Lanes.most();
    private final Lanes oneCoreEach = new Lanes(cores);
    private final Deque<Pending<?>> waiting = new ArrayDeque<>();
    /** Written under the lock only. */
    private volatile int waitingImages;

    private boolean smallestIsNext;
    private boolean closing;

    /** What somebody waits for. */
    private abstract static class Pending<T> {
        final CompletableFuture<T> result = new CompletableFuture<>();
        final int images;
        private final Deadline deadline;

        Pending(int images, Deadline deadline) {
            this.images = images;
            this.deadline = deadline;
        }

        /** Whether nobody waits any more. */
        boolean isAbandoned() {
            if (deadline.passed()) {
                result.completeExceptionally(
                        deadline.isCancelled()
                                ? new CancellationException("the request was cancelled")
                                : new DeadlinePassedException());
            }
            return result.isDone();
        }

        abstract Optional<WalkTask> walk();

        abstract void run();
    }

    private final class Joining extends Pending<float[]> {
        private final WalkTask task;

        Joining(WalkTask task, Deadline deadline) {
            super(task.images(), deadline);
            this.task = task;
        }

        @Override
        Optional<WalkTask> walk() {
            return Optional.of(task);
        }

        @Override
        void run() {
            runJoined(List.of(this));
        }
    }

    private static final class Alone<T> extends Pending<T> {
        private final Function<BooleanSupplier, T> work;

        Alone(int images, Deadline deadline, Function<BooleanSupplier, T> work) {
            super(images, deadline);
            this.work = work;
        }

        @Override
        Optional<WalkTask> walk() {
            return Optional.empty();
        }

        @Override
        void run() {
            try {
                result.complete(work.apply(this::isAbandoned));
            } catch (Throwable e) { // An error, too, is for who waits: the thread goes on for the others.
                result.completeExceptionally(e);
            }
        }
    }

    /**
     * Starts the thread.
     *
     * @param capacity the number of images that may wait when a request comes
     */
    public EvaluationQueue(int capacity, QueueObserver observer) {
        this.capacity = capacity;
        this.observer = observer;
        thread = new Thread(this::run, "evaluations");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Lets images follow their path, together with others that follow it.
     *
     * @return the values of the results; cancelling it frees the work
     * @throws QueueFullException if too many images wait
     * @throws QueueClosedException if the queue is closing
     */
    public CompletableFuture<float[]> submit(WalkTask task, Deadline deadline) {
        return admit(new Joining(task, deadline));
    }

    /**
     * Lets images follow their path, as {@link #submit(WalkTask, Deadline)} does, for a request of which a task was
     * done already. There is always room for them, so that no request is refused halfway.
     *
     * @return the values of the results; cancelling it frees the work
     * @throws QueueClosedException if the queue is closing
     */
    public CompletableFuture<float[]> submitNext(WalkTask task, Deadline deadline) {
        return accept(new Joining(task, deadline));
    }

    /**
     * Runs work that needs the model for itself.
     *
     * @param images how many images it evaluates at a time
     * @param work asks now and then whether to give up, and does so by a {@link CancellationException}
     * @throws QueueFullException if too many images wait
     * @throws QueueClosedException if the queue is closing
     */
    public <T> CompletableFuture<T> submit(int images, Deadline deadline, Function<BooleanSupplier, T> work) {
        return admit(new Alone<>(images, deadline, work));
    }

    private synchronized <T> CompletableFuture<T> admit(Pending<T> pending) {
        if (!fits(pending)) {
            forgetAbandoned();
        }
        if (!closing && !fits(pending)) {
            throw new QueueFullException(waitingImages + " images wait already; ask again later");
        }
        return accept(pending);
    }

    private synchronized <T> CompletableFuture<T> accept(Pending<T> pending) {
        if (closing) {
            throw new QueueClosedException();
        }
        waiting.add(pending);
        count(pending.images);
        notifyAll();
        return pending.result;
    }

    /** One task is always taken, however large. */
    private boolean fits(Pending<?> pending) {
        return waiting.isEmpty() || waitingImages + pending.images <= capacity;
    }

    private void forgetAbandoned() {
        List<Pending<?>> abandoned =
                waiting.stream().filter(Pending::isAbandoned).toList();
        waiting.removeAll(abandoned);
        abandoned.forEach(pending -> count(-pending.images));
    }

    private synchronized void count(int images) {
        waitingImages += images;
        observer.waiting(waitingImages);
    }

    private void run() {
        do {
            List<Pending<?>> batch = new ArrayList<>();
            try {
                stayAwake();
                takeNext(batch);
                serve(batch);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Throwable e) { // Such as exhausted memory, wherever: nobody waits in vain, and the thread goes on.
                batch.forEach(pending -> pending.result.completeExceptionally(e));
            }
        } while (goesOn());
    }

    /** Where there is another core for the connections. */
    private void stayAwake() {
        long begin = System.nanoTime();
        while (cores > 1 && waitingImages == 0 && System.nanoTime() - begin < AWAKE.toNanos()) {
            Thread.onSpinWait();
        }
    }

    private synchronized boolean goesOn() {
        return !closing || !waiting.isEmpty();
    }

    private void serve(List<Pending<?>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        observer.batch(batch.stream().mapToInt(pending -> pending.images).sum());
        if (isForOneCore(batch)) {
            // The lane sends the answers as well: handing results over takes a tenth of a millisecond and more.
            oneCoreEach.run(List.of(Executors.callable(() -> compute(batch))));
        } else {
            compute(batch);
        }
    }

    private static boolean isForOneCore(List<Pending<?>> batch) {
        List<WalkTask> walks =
                batch.stream().flatMap(pending -> pending.walk().stream()).toList();
        return walks.size() == batch.size()
                && walks.stream().allMatch(WalkTask::isLibtorchs)
                && walks.stream().mapToLong(WalkTask::multiplyAdds).sum() <= FOR_ONE_CORE;
    }

    private void compute(List<Pending<?>> batch) {
        if (batch.size() == 1) {
            batch.get(0).run();
        } else {
            runJoined(batch.stream().map(Joining.class::cast).toList());
        }
    }

    /** Takes the next batch out of those that wait; none at the end of all work. */
    private synchronized void takeNext(List<Pending<?>> batch) throws InterruptedException {
        forgetAbandoned();
        while (waiting.isEmpty()) {
            if (closing) {
                return;
            }
            wait();
            forgetAbandoned();
        }
        take(batch);
    }

    /** Takes a first task and those that join it. */
    private void take(List<Pending<?>> batch) {
        Pending<?> first = first();
        batch.add(first);
        int images = first.images;
        for (Pending<?> other : waiting) {
            if (other != first && joins(first, other, images)) {
                batch.add(other);
                images += other.images;
            }
        }
        waiting.removeAll(batch);
        count(-images);
    }

    /** The oldest task and the smallest in turn: one image does not wait for every thousand that came before it. */
    private Pending<?> first() {
        smallestIsNext = !smallestIsNext;
        return smallestIsNext
                ? waiting.getFirst()
                : Collections.min(waiting, Comparator.comparingInt(pending -> pending.images));
    }

    private static boolean joins(Pending<?> first, Pending<?> other, int images) {
        return images + other.images <= BATCH
                && first.walk()
                        .flatMap(task -> other.walk().filter(task::joins))
                        .isPresent();
    }

    private void runJoined(List<Joining> batch) {
        EvaluationListener listener = images -> {
            // Not anyMatch: one that is still awaited needs the evaluation.
            if (batch.stream().filter(Pending::isAbandoned).count() == batch.size()) {
                throw new CancellationException("nobody waits for the result");
            }
        };
        try {
            List<float[]> results =
                    WalkTask.run(batch.stream().map(joining -> joining.task).toList(), listener);
            for (int i = 0; i < results.size(); i++) {
                batch.get(i).result.complete(results.get(i));
            }
        } catch (Throwable e) { // As for a task alone.
            if (batch.size() == 1) {
                batch.get(0).result.completeExceptionally(e);
            } else {
                // One of them may be at fault; the others shall not suffer.
                batch.forEach(Joining::run);
            }
        }
    }

    /** Refuses new work, and waits for what was taken, five seconds at most. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            thread.join(LAST_EVALUATIONS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            waiting.forEach(pending -> pending.result.completeExceptionally(new QueueClosedException()));
            waiting.clear();
        }
        oneCoreEach.close();
    }
}
