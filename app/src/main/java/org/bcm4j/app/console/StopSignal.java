package org.bcm4j.app.console;

import java.util.concurrent.CountDownLatch;

/**
 * Ends long work in an orderly way when Ctrl-C or a termination signal arrives. It requests the work to stop, and the
 * process ends when the work calls {@link #close}.
 */
public final class StopSignal implements AutoCloseable {
    private final CountDownLatch workEnded = new CountDownLatch(1);
    private final Thread hook;

    private StopSignal(Runnable request) {
        hook = new Thread(
                () -> {
                    request.run();
                    awaitWork();
                },
                "stop-signal");
    }

    /** From now until {@link #close}, a signal runs {@code request} once, on a separate thread. */
    public static StopSignal asking(Runnable request) {
        StopSignal signal = new StopSignal(request);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private void awaitWork() {
        try {
            workEnded.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says that the work has ended and printed everything. After a signal, the process ends now. */
    @Override
    public void close() {
        workEnded.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal has arrived: the hook is running and ends by itself.
        }
    }
}
