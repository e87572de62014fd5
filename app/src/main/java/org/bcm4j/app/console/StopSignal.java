package org.bcm4j.app.console;

import java.util.concurrent.CountDownLatch;

/**
 * Ends long work in an orderly way when Ctrl-C or a termination signal arrives. It requests the work to stop. The process
 * ends when the command has ended: with the signal's exit code if it could do as asked, or else with its own.
 */
public final class StopSignal implements AutoCloseable {
    private static final CountDownLatch COMMAND_ENDED = new CountDownLatch(1);

    private static volatile int exitCode;

    private final Thread hook;

    private StopSignal(Runnable request) {
        hook = new Thread(
                () -> {
                    request.run();
                    awaitCommand();
                },
                "stop-signal");
    }

    /** From now until {@link #close}, a signal runs {@code request} once, on a separate thread. */
    public static StopSignal asking(Runnable request) {
        StopSignal signal = new StopSignal(request);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /**
     * Says that the command of this process has ended and printed everything.
     *
     * @param code other than 0 if it failed
     */
    public static void commandEnded(int code) {
        exitCode = code;
        COMMAND_ENDED.countDown();
    }

    private static void awaitCommand() {
        try {
            COMMAND_ENDED.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (exitCode != 0) {
            // What was asked for, such as saving, has failed: the signal's code would hide that.
            Runtime.getRuntime().halt(exitCode);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal has arrived: the hook waits for the end of the command.
        }
    }
}
