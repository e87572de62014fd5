package org.bcm4j.app;

import java.util.concurrent.CountDownLatch;

/**
 * Lets long work end in order when Ctrl-C or a termination signal arrives: the work is asked to stop, and the process
 * ends when it has, which {@link #close} says.
 */
final class StopSignal implements AutoCloseable {
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

    /** From now until {@link #close}, a signal runs {@code request}, once and on a thread of its own. */
    static StopSignal asking(Runnable request) {
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

    /** The work has ended, and all that it had to say is said: after a signal the process ends now. */
    @Override
    public void close() {
        workEnded.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The signal came: the hook is running, and ends by itself.
        }
    }
}
